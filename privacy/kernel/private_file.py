"""A file that takes its name only when it is whole, readable by its owner only."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from privacy.kernel.errors import DomainError, InvalidInput


@contextmanager
def private_file(out: Path) -> Iterator[tuple[BufferedRandom, "Keep"]]:
    """A file beside `out` that takes its name when told to keep, and is gone otherwise.

    InvalidInput(out) for a path that cannot be written, DomainError(disk_full) where there is no room.
    """
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        if out.is_dir():
            raise IsADirectoryError
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidInput(
            f"The file cannot be written ({type(error).__name__}): choose another --out.", field="out"
        ) from None
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file, Keep(temporary, out)
    except OSError as error:
        raise DomainError(
            f"The file could not be written whole ({os.strerror(error.errno or 0)}), so nothing was kept. Make room "
            "and try again, or choose another --out.",
            code="disk_full",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


class Keep:
    """Call it to give the file its name."""

    def __init__(self, temporary: Path, out: Path) -> None:
        self._temporary, self._out = temporary, out

    def __call__(self) -> None:
        self._temporary.replace(self._out)
        folder = os.open(self._out.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

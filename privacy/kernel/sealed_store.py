"""A folder of sealed files below KEPT_FILES: each under a key of its own, which only its row holds.

The file is written before its row, so a row never points at nothing; a transaction that ends badly leaves a file
that nobody can read, and the sweep removes it.
"""

import base64
import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.sealed_file import SealingWriter, new_key, open_sealed

UNDER_WAY_FOR = dt.timedelta(hours=24)  # a file without a row is left alone for as long: it may just be written


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What a row keeps of a file: its name in the folder, its key (base64), its size and SHA-256."""

    file: str
    key: str
    size: int
    digest: str


class SealedStore:
    """The sealed files of one kind, in one folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        return Path(settings.KEPT_FILES) / self._folder

    def put(self, data: bytes) -> SealedFile:
        """Seal these bytes. DomainError(disk_full) where they cannot be written whole."""
        return self.put_parts([data])

    def put_parts(self, parts: Iterable[bytes]) -> SealedFile:
        """Seal what comes, part by part, so that memory does not grow with it. DomainError(disk_full) where it cannot
        be written whole; what the making of the parts raises passes through, and nothing is left."""
        key, name = new_key(), f"{secrets.token_hex(16)}.sealed"
        path = self.path / name
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                writer = SealingWriter(out, key=key, context=name)
                for part in parts:
                    writer.write(part)
                writer.close()
                out.flush()
                os.fsync(out.fileno())
        except BaseException as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise DomainError(
                f"A file could not be kept ({os.strerror(error.errno or 0)}), so nothing was. Make room and try again.",
                code="disk_full",
            ) from None
        return SealedFile(name, base64.b64encode(key).decode(), writer.size, writer.digest)

    def read(self, *, file: str, key: str) -> Iterator[bytes]:
        """The plain bytes, frame by frame; UnreadableValue where the file is gone, altered or cut."""
        try:
            with (self.path / Path(file).name).open("rb") as sealed:
                yield from open_sealed(sealed, key=base64.b64decode(key), context=file)
        except OSError:
            raise UnreadableValue("The sealed file is gone.") from None

    def remove(self, file: str) -> None:
        """Let a file go; nothing happens where it is gone."""
        if file:
            (self.path / Path(file).name).unlink(missing_ok=True)

    def sweep(self, *, wanted: Container[str], now: dt.datetime) -> int:
        """Remove every file without a row, but for what may be under way; returns how many."""
        removed = 0
        for path in self.path.glob("*.sealed"):
            try:
                is_settled = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < now - UNDER_WAY_FOR
            except OSError:
                continue
            if path.name not in wanted and is_settled:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

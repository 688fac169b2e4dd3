"""The file of an import: sealed while it comes in, read line by line, gone when it is done with.

Nothing of it is ever written in clear. Memory does not grow with it.
"""

import codecs
import csv
import io
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from privacy.kernel.errors import InvalidInput
from privacy.kernel.sealed_file import SealingWriter, new_key, open_sealed

LONGEST_LINE = 1 << 20
LONGEST_CELL = 1 << 16
LOOK_AT = 1 << 12
SEPARATORS = ",;\t|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where a file lies and how it is opened. `digest` is of the plain bytes."""

    name: str
    key: bytes
    digest: str
    size: int
    encoding: str


class Incoming:
    """Takes a file in pieces and seals it. InvalidInput(file) for one that is too large."""

    def __init__(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        self.name, self._key, self._look = uuid.uuid4().hex, new_key(), b""
        self._out = (folder() / self.name).open("wb")
        self._writer = SealingWriter(self._out, key=self._key, context=self.name)
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes) -> None:
        if self._writer.size + len(data) > settings.KEPT_IMPORT_MAX_MB * 1_000_000:
            self.drop()
            raise InvalidInput(f"A file may have up to {settings.KEPT_IMPORT_MAX_MB} MB.", field="file")
        if len(self._look) < LOOK_AT:
            self._look += data[: LOOK_AT - len(self._look)]
        self._writer.write(data)
        if self._utf8:
            try:
                self._utf8.decode(data)
            except UnicodeDecodeError:
                self._utf8 = None

    def finish(self) -> StoredFile:
        """Close it. What is not UTF-8 and has no mark is UTF-16 where every other byte is nothing, else cp1252."""
        self._writer.close()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        return StoredFile(self.name, self._key, self._writer.digest, self._writer.size, self._encoding())

    def drop(self) -> None:
        """Leave nothing of it."""
        self._out.close()
        (folder() / self.name).unlink(missing_ok=True)

    def _encoding(self) -> str:
        for mark, name in BOMS:
            if self._look.startswith(mark):
                return name
        for start, name in ((0, "utf-16-be"), (1, "utf-16-le")):
            every_other = self._look[start::2]
            if len(every_other) > 2 and every_other.count(0) > len(every_other) * 0.6:  # noqa: PLR2004 - most of them
                return name
        try:
            if self._utf8:
                self._utf8.decode(b"", final=True)
                return "utf-8"
        except UnicodeDecodeError:
            pass
        return "cp1252"


def store(pieces: Iterable[bytes]) -> StoredFile:
    """Seal a file that is at hand."""
    incoming = Incoming()
    try:
        for piece in pieces:
            incoming.write(piece)
    except BaseException:
        incoming.drop()
        raise
    return incoming.finish()


def folder() -> Path:
    """Where the sealed files lie."""
    return Path(settings.KEPT_FILES) / "imports"


def remove(name: str) -> None:
    """Take a file away, once or again."""
    if name:
        (folder() / name).unlink(missing_ok=True)


def rows(name: str, key: bytes, encoding: str, *, is_header_of: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells, the header first. `is_header_of` are column names that help to find the separator.

    Raises InvalidInput(file) for what is no table: quotes that never end, cells without end.
    """
    with (folder() / name).open("rb") as file:
        text = io.TextIOWrapper(
            io.BufferedReader(cast("Any", _Plain(open_sealed(file, key=key, context=name))), 1 << 16),
            encoding=encoding,
            errors="replace",
            newline="",
        )
        first = text.readline(LONGEST_LINE)
        separator = _separator(first, is_header_of)
        lines = _whole(first, text)
        reader = csv.reader(lines, delimiter=separator)
        number = 0
        try:
            for cells in reader:
                number = reader.line_num
                if any(len(cell) > LONGEST_CELL for cell in cells):
                    raise csv.Error("a cell without end")
                if cells:
                    yield number, cells
        except csv.Error:
            raise InvalidInput(
                f"After line {number} the file is no table any more: look for a quote that is never closed.",
                field="file",
                code="broken_table",
            ) from None


def _whole(first: str, text: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from iter(lambda: text.readline(LONGEST_LINE), "")


def _separator(header: str, wanted: Iterable[str]) -> str:
    """The one under which most of the wanted columns are found; else the one that cuts most often."""
    names = {name.casefold() for name in wanted}

    def found(separator: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([header], delimiter=separator), [])
        except csv.Error:
            return (0, 0)
        return sum(cell.strip().casefold() in names for cell in cells), len(cells)

    return max(SEPARATORS, key=found)


class _Plain(io.RawIOBase):
    """The plain bytes of a sealed file, as a stream."""

    def __init__(self, frames: Iterator[bytes]) -> None:
        super().__init__()
        self._frames, self._rest = frames, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            following = next(self._frames, None)
            if following is None:
                return 0
            self._rest = following
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

"""The ZIP file of a package: each file with its size and hash, rows as JSON and CSV, attachments once each."""

import csv
import datetime as dt
import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from privacy.personal_data.additions import AddedFile
from privacy.personal_data.contract import Attachment
from privacy.personal_data.packaging.information import Document

BLOCK = 1 << 16
IN_MEMORY = 1 << 20  # bytes of an attachment or a table that stay in memory before they go to a nameless file
FORMULA = re.compile(r"^[\s\x00-\x20'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")


class Archive:
    """Writes files into the archive and notes size and hash of each."""

    def __init__(self, archive: zipfile.ZipFile, now: dt.datetime) -> None:
        self._archive = archive
        self._stamp = now.astimezone(dt.UTC).timetuple()[:6]
        self.files: list[dict[str, Any]] = []
        self._taken: set[str] = set()
        self._attached: dict[str, dict[str, Any]] = {}

    @contextmanager
    def open(self, path: str, **facts: Any) -> Iterator["Hashed"]:
        """A file of the archive; `facts` go into the manifest with it."""
        info = zipfile.ZipInfo(path, self._stamp)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as raw:
            hashed = Hashed(raw)
            yield hashed
        self.files.append({"path": path, "sha256": hashed.hash.hexdigest(), "bytes": hashed.size, **facts})

    def text(self, path: str, text: str, **facts: Any) -> None:
        """A whole file."""
        with self.open(path, **facts) as file:
            file.write(text)

    def json(self, path: str, value: Mapping[str, Any]) -> None:
        """A file with one JSON object."""
        self.text(path, readable_json(value), rows=0)

    def place(self, system: str, table: str) -> str:
        """A safe name of a table, without folder and ending, never the same twice."""
        base = path = f"{safe_name(system)}/{safe_name(table)}"
        number = 2
        while path.lower() in self._taken:
            path, number = f"{base}-{number}", number + 1
        self._taken.add(path.lower())
        return path

    def attach(self, attachment: Attachment) -> dict[str, Any]:
        """Take a file in under its hash, the same one only once; what stands about it in the row."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            digest, size = hashlib.sha256(), 0
            for chunk in attachment.chunks():
                digest.update(chunk)
                size += len(chunk)
                spool.write(chunk)
            path = f"attachments/{digest.hexdigest()}{_ending(attachment.name)}"
            if path not in self._attached:
                spool.seek(0)
                with self.open(path, media_type=attachment.media_type) as file:
                    while block := spool.read(BLOCK):
                        file.write_bytes(block)
                self._attached[path] = {"file": path, "sha256": digest.hexdigest(), "bytes": size}
        return {"name": attachment.name, "media_type": attachment.media_type, **self._attached[path]}

    def add(self, added: AddedFile) -> None:
        """Take a reviewed document in."""
        with self.open(added.path, **added.facts) as file:
            for part in added.parts:
                file.write_bytes(part)

    def attach_as(self, path: str, document: Document) -> str:
        """Take a document in under a name of its own; the name."""
        with self.open(path, title=document.title, version=document.version) as file:
            for chunk in document.attachment.chunks():
                file.write_bytes(chunk)
        return path

    def rows(self, path: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> "RowFile":
        """See `RowFile`: kept here so that callers need one name only."""
        return RowFile(self, path, list(columns), rows)


class RowFile:
    """The rows of one table, once as JSON and once as CSV."""

    def __init__(self, archive: Archive, path: str, columns: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
        self._archive, self._path, self._columns, self._rows = archive, path, columns, rows

    def as_json(self, **facts: Any) -> None:
        with self._archive.open(f"{self._path}.json", **facts) as file:
            number = -1
            for number, row in enumerate(self._rows):
                file.write(("[\n" if number == 0 else ",\n") + json.dumps(row, ensure_ascii=False))
            file.write("\n]\n" if number >= 0 else "[]\n")

    def as_csv(self, **facts: Any) -> None:
        with self._archive.open(f"{self._path}.csv", **facts) as file:
            sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
            sheet.writerow([csv_cell(column) for column in self._columns])
            for row in self._rows:
                sheet.writerow([csv_cell(row.get(column)) for column in self._columns])


class Hashed:
    """A file that is being written, with what was written so far."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        self.write_bytes(text.encode())
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        self.hash.update(data)
        self.size += len(data)
        self._raw.write(data)


def readable_json(value: Mapping[str, Any]) -> str:
    """An object with a line for each of its members, and for each item of a list. Deeper indenting costs more than
    all the rest of a package: Python's encoder does it value by value."""
    members = []
    for name, each in value.items():
        if isinstance(each, list) and each:
            items = ",\n".join(f"    {_encode(item)}" for item in each)
            members.append(f"  {_encode(name)}: [\n{items}\n  ]")
        else:
            members.append(f"  {_encode(name)}: {_encode(each)}")
    return "{\n" + ",\n".join(members) + "\n}\n"


_encode = json.JSONEncoder(ensure_ascii=False).encode


def safe_name(name: str) -> str:
    """A name that no file system takes for a path."""
    return re.sub(r"[^A-Za-z0-9_.-]|\.{2,}", "_", name).strip(".") or "_"


def csv_cell(value: Any) -> str | int | float:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if FORMULA.match(text) else text


def _ending(name: str) -> str:
    found = re.fullmatch(r".*(\.[A-Za-z0-9]{1,8})", name, re.DOTALL)
    return found[1].lower() if found else ""

"""The access package: everything about a person as one signed ZIP file.

    manifest.json                 files with SHA-256 and counts, signed (Ed25519)
    index.html                    to read
    data/SYSTEM/COLLECTION.json   every row, and the same as .csv

Rows pass through temporary files without a name, so memory does not grow with them.
"""

import base64
import csv
import datetime as dt
import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from django.template.loader import render_to_string

from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring, public_key_text
from privacy.personal_data.contract import Handler, HandlerUnavailable, Person, handlers

FORMAT = "kept-access-package/1"
SHOWN_ROWS = 100
IN_MEMORY = 1 << 20
FORMULA = re.compile(r"^[\s\x00-\x20'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")


@dataclass
class Table:
    """The rows of one table, spooled as JSON lines."""

    name: str
    category: str
    spool: IO[bytes]
    columns: dict[str, None] = field(default_factory=dict)
    rows: int = 0

    def add(self, row: Any) -> None:
        self.columns.update(dict.fromkeys(row))
        self.spool.write(json.dumps(dict(row), ensure_ascii=False, default=str).encode() + b"\n")
        self.rows += 1

    def read(self) -> Iterator[dict[str, Any]]:
        self.spool.seek(0)
        for line in self.spool:
            yield json.loads(line)


@dataclass
class Answer:
    """What one handler gave. `is_silent`: it did not answer, which is not the same as holding nothing."""

    handler: Handler
    tables: list[Table] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    is_silent: bool = False


@dataclass(frozen=True)
class PackageSummary:
    """What a package holds, in counts. `silent` are the labels of systems that did not answer."""

    rows: int
    systems: int
    silent: tuple[str, ...]


def write_package(person: Person, out: IO[bytes], *, now: dt.datetime) -> PackageSummary:
    """Ask every handler and write the package to `out` (a binary file). The caller audits the act.

    A system that does not answer is named in the manifest, which then says `complete: false`.
    """
    with ExitStack() as stack:
        answers = [_ask(handler, person, stack) for handler in handlers.all()]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            writer = _Writer(archive, now)
            for answer in answers:
                _write_tables(writer, answer)
            _write_index(writer, answers, now)
            _write_manifest(writer, answers, now)
    return PackageSummary(
        rows=sum(table.rows for answer in answers for table in answer.tables),
        systems=len({answer.handler.system for answer in answers}),
        silent=tuple(answer.handler.label for answer in answers if answer.is_silent),
    )


def _ask(handler: Handler, person: Person, stack: ExitStack) -> Answer:
    answer = Answer(handler)
    tables: dict[str, Table] = {}
    try:
        names = [found.table for found in handler.find(person)]
        for record in handler.export(person):
            if record.table not in tables:
                spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the stack closes it
                tables[record.table] = Table(record.table, record.category, spool)
            tables[record.table].add(record.row)
    except HandlerUnavailable:
        return Answer(handler, is_silent=True)
    answer.tables = list(tables.values())
    answer.empty = [name for name in names if name not in tables]
    return answer


class _Writer:
    """Writes files into the archive and notes size and hash of each."""

    def __init__(self, archive: zipfile.ZipFile, now: dt.datetime) -> None:
        self._archive = archive
        self._stamp = now.astimezone(dt.UTC).timetuple()[:6]
        self.files: list[dict[str, Any]] = []
        self._taken: set[str] = set()

    @contextmanager
    def open(self, path: str, **facts: Any) -> Iterator["_Hashed"]:
        """A file of the archive; `facts` go into the manifest with it."""
        info = zipfile.ZipInfo(path, self._stamp)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as raw:
            hashed = _Hashed(raw)
            yield hashed
        self.files.append({"path": path, "sha256": hashed.hash.hexdigest(), "bytes": hashed.size, **facts})

    def place(self, system: str, table: str) -> str:
        """A safe path without ending, never the same twice."""
        base = path = f"data/{_safe(system)}/{_safe(table)}"
        number = 2
        while path.lower() in self._taken:
            path, number = f"{base}-{number}", number + 1
        self._taken.add(path.lower())
        return path


class _Hashed:
    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        data = text.encode()
        self.hash.update(data)
        self.size += len(data)
        self._raw.write(data)
        return len(text)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]|\.{2,}", "_", name).strip(".") or "_"


def _write_tables(writer: _Writer, answer: Answer) -> None:
    for table in answer.tables:
        place = writer.place(answer.handler.system, table.name)
        facts = {"system": answer.handler.system, "collection": table.name, "rows": table.rows}
        with writer.open(f"{place}.json", **facts) as file:
            for number, row in enumerate(table.read()):
                file.write(("[\n" if number == 0 else ",\n") + json.dumps(row, ensure_ascii=False))
            file.write("\n]\n")
        with writer.open(f"{place}.csv", **facts) as file:
            sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
            sheet.writerow([csv_cell(column) for column in table.columns])
            for row in table.read():
                sheet.writerow([csv_cell(row.get(column)) for column in table.columns])


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


def _write_index(writer: _Writer, answers: Sequence[Answer], now: dt.datetime) -> None:
    systems = []
    for answer in answers:
        tables = [
            {
                "name": answer.handler.label if answer.handler.system == "kept" else table.name,
                "rows": table.rows,
                "columns": list(table.columns),
                "cells": [
                    [row.get(column) for column in table.columns]
                    for row, _ in zip(table.read(), range(SHOWN_ROWS), strict=False)
                ],
                "is_cut": table.rows > SHOWN_ROWS,
            }
            for table in answer.tables
        ]
        systems.append({"answer": answer, "tables": tables, "is_own": answer.handler.system == "kept"})
    with writer.open("index.html") as file:
        file.write(render_to_string("personal_data/package.html", {"systems": systems, "created_at": now}))


def _write_manifest(writer: _Writer, answers: Sequence[Answer], now: dt.datetime) -> None:
    ring = keyring()
    manifest = {
        "format": FORMAT,
        "created_at": clock.canonical(now),
        "complete": not any(answer.is_silent for answer in answers),
        "rows": sum(table.rows for answer in answers for table in answer.tables),
        "systems": [
            {
                "system": answer.handler.system,
                "handler": answer.handler.key,
                "label": answer.handler.label,
                "answered": not answer.is_silent,
                "collections": [
                    {"name": table.name, "category": table.category, "rows": table.rows} for table in answer.tables
                ]
                + [{"name": name, "category": "", "rows": 0} for name in answer.empty],
            }
            for answer in answers
        ],
        "files": sorted(writer.files, key=lambda each: each["path"]),
        "key": ring.primary,
        "public_key": public_key_text(ring.public_keys()[ring.primary]),
    }
    signature = ring.signing_key().sign(canonical_json(manifest).encode())
    signed = {**manifest, "signature": base64.b64encode(signature).decode()}
    with writer.open("manifest.json") as file:
        file.write(json.dumps(signed, indent=2, ensure_ascii=False) + "\n")


def check_package(file: IO[bytes]) -> list[str]:
    """What is wrong with a package that this installation made; an empty list where nothing is."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        signature = base64.b64decode(manifest.pop("signature", ""))
        public = keyring().public_keys().get(manifest.get("key", ""))
        try:
            if public is None:
                return ["The manifest is signed by a key that is not ours."]
            public.verify(signature, canonical_json(manifest).encode())
        except InvalidSignature:
            return ["The signature does not fit the manifest."]
        listed = {each["path"]: each for each in manifest["files"]}
        names = [name for name in archive.namelist() if name != "manifest.json"]
        problems = [f"{name} is not in the manifest." for name in names if name not in listed]
        problems += [f"{path} is missing." for path in listed if path not in names]
        for path in set(names) & set(listed):
            if _sha256(archive.open(path)) != listed[path]["sha256"]:
                problems.append(f"{path} was changed.")
    return problems


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with file:
        while block := file.read(IN_MEMORY):
            digest.update(block)
    return digest.hexdigest()

"""The package of a person's data as one signed ZIP file.

    manifest.json                 files with SHA-256 and counts, signed (Ed25519)
    index.html                    to read
    information.json              what Article 15 asks to be told with a copy
    data/SYSTEM/COLLECTION.json   every row, and the same as .csv
    portable/…                    the rows of Article 20, where both were asked for
    schemas/…                     a JSON schema of each of them
    attachments/SHA256.…          files that rows name by their hash
    documents/…                   copies of the safeguards of transfers
    README.txt, verify.py         what is what, and a check that needs Python only

Rows pass through temporary files without a name, so memory does not grow with them.
"""

import base64
import datetime as dt
import enum
import hashlib
import json
import zipfile
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature

from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring, public_key_text
from privacy.kernel.languages import MAIN
from privacy.kernel.shipped import shipped
from privacy.personal_data.additions import Additions
from privacy.personal_data.contract import Person, answering, handlers
from privacy.personal_data.leaks.screening import Screen
from privacy.personal_data.packaging import information as facts
from privacy.personal_data.packaging import schemas
from privacy.personal_data.packaging.archive import Archive, csv_cell
from privacy.personal_data.packaging.information import Document, Held, Information
from privacy.personal_data.packaging.page import index_html
from privacy.personal_data.packaging.readme import readme
from privacy.personal_data.packaging.tables import Answer, Table, ask
from privacy.personal_data.presence import with_rows

__all__ = ["Contents", "PackageSummary", "check_package", "csv_cell", "write_package"]

FORMAT = "kept-access-package/1"
BLOCK = 1 << 20
VERIFIER = Path(__file__).parent / "packaging" / "shipped" / "verify.py"


class Contents(enum.StrEnum):
    """What a package answers: one or several."""

    ACCESS = "access"  # everything (Article 15)
    PORTABILITY = "portability"  # what the person gave, by consent or contract (Article 20)
    SAFEGUARDS = "safeguards"  # copies of what protects data sent abroad (Articles 13(1)(f), 46)


EVERYTHING = frozenset({Contents.ACCESS})


@dataclass(frozen=True)
class PackageSummary:
    """What a package holds, in counts. `silent` are the labels of systems that did not answer; `suspicious` counts
    values that may belong to somebody else or are secrets."""

    rows: int
    systems: int
    silent: tuple[str, ...]
    suspicious: int = 0


@dataclass
class _Package:
    """What is being written."""

    archive: Archive
    person: Person
    contents: frozenset[Contents]
    language: str
    now: dt.datetime
    answers: list[Answer]
    additions: Sequence[Additions]
    screen: Screen

    @property
    def masked(self) -> int:
        """Values that are left out: by the review, and by what was looked through."""
        return self.screen.masked + sum(each.masked_values for each in self.additions)

    @property
    def shown(self) -> list[tuple[Answer, Table, int]]:
        """Every table with rows that belong here, and how many."""
        found = [(answer, table) for answer in self.answers for table in answer.tables]
        if Contents.ACCESS in self.contents:
            return [(answer, table, table.rows) for answer, table in found]
        return [(answer, table, table.portable) for answer, table in found if table.portable]

    @property
    def rows(self) -> int:
        return sum(rows for _, _, rows in self.shown)


def write_package(
    person: Person,
    out: IO[bytes],
    *,
    now: dt.datetime,
    contents: Collection[Contents] = EVERYTHING,
    language: str = MAIN,
    additions: Sequence[Additions] = (),
    screen: Screen | None = None,
) -> PackageSummary:
    """Ask every handler and write the package to `out` (a binary file). The caller audits the act.

    `additions` are the files and masks of a reviewed case. A system that does not answer is named in the manifest,
    which then says `complete: false`. `screen` looks through every row and masks what it was told to; without one
    nothing is masked, and what was found is in the summary.
    """
    screen = screen or Screen(person, scope="", decided={})
    wanted = frozenset(contents)
    describer = facts.describer()
    with ExitStack() as stack:
        archive = Archive(stack.enter_context(zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)), now)
        package = _Package(archive, person, wanted, language, now, [], additions, screen)
        if wanted & {Contents.ACCESS, Contents.PORTABILITY}:
            put = partial(ask, archive=archive, describer=describer, screen=screen, stack=stack, additions=additions)
            everybody = handlers.all()
            filled = {handler.key for handler in with_rows(person, everybody)}
            with answering():
                package.answers = [
                    put(each, person) if each.key in filled else Answer(each, empty=list(each.tables(person)))
                    for each in everybody
                ]
        information, documents = Information(), ()  # type: Information, tuple[Document, ...]
        if describer and Contents.SAFEGUARDS in wanted:
            documents = describer.safeguards(person, language=language)
        if describer and Contents.ACCESS in wanted:
            information = describer.describe(person, _held(package), language=language, now=now)
        _write(package, information, documents)
    return PackageSummary(
        rows=package.rows,
        systems=len({answer.handler.system for answer in package.answers}),
        silent=tuple(answer.handler.label for answer in package.answers if answer.is_silent),
        suspicious=len(screen.notes),
    )


def _held(package: _Package) -> list[Held]:
    return [
        Held(answer.handler, table.name, table.label, category, rows, table.place)
        for answer, table, _ in package.shown
        for category, rows in table.categories.items()
    ]


def _write(package: _Package, information: Information, documents: tuple[Document, ...]) -> None:
    archive = package.archive
    for answer, table, rows in package.shown:
        _write_table(package, answer, table, rows)
    for addition in package.additions:
        for file in addition.files():
            archive.add(file)
    shown_documents = [
        (each, archive.attach_as(_place_of(number, each), each)) for number, each in enumerate(documents)
    ]
    if Contents.ACCESS in package.contents:
        archive.json("information.json", facts.as_data(information))
        archive.json("schemas/information.schema.json", schemas.INFORMATION)
    archive.text(
        "index.html",
        index_html(
            answers=package.answers,
            shown=[(table, rows) for _, table, rows in package.shown],
            information=information,
            documents=shown_documents,
            masked=package.masked,
            contents=frozenset(map(str, package.contents)),
            language=package.language,
            now=package.now,
        ),
    )
    archive.text("README.txt", readme(frozenset(map(str, package.contents)), package.now))
    archive.text("verify.py", shipped(VERIFIER))
    archive.json("schemas/manifest.schema.json", schemas.MANIFEST)
    _write_manifest(package)


def _place_of(number: int, document: Document) -> str:
    ending = Path(document.attachment.name).suffix.lower()
    return f"documents/{number + 1}{ending if ending[1:].isalnum() else ''}"


def _write_table(package: _Package, answer: Answer, table: Table, rows: int) -> None:
    archive, columns = package.archive, list(table.columns)
    facts_of = {"system": answer.handler.system, "collection": table.name}
    only_portable = Contents.ACCESS not in package.contents
    for folder, is_cut, count in (("data", only_portable, rows), ("portable", True, table.portable)):
        if folder == "portable" and (only_portable or Contents.PORTABILITY not in package.contents or not count):
            continue
        files = {"rows": count, "schema": f"schemas/{table.place}.schema.json", **facts_of}
        _rows(archive, f"{folder}/{table.place}", columns, table, only_portable=is_cut, facts=files)
    archive.json(f"schemas/{table.place}.schema.json", schemas.schema_of(table))


def _rows(
    archive: Archive, path: str, columns: list[str], table: Table, *, only_portable: bool, facts: dict[str, Any]
) -> None:
    archive.rows(path, columns, table.read(only_portable=only_portable)).as_json(**facts)
    archive.rows(path, columns, table.read(only_portable=only_portable)).as_csv(**facts)


def _write_manifest(package: _Package) -> None:
    ring = keyring()
    manifest = {
        "format": FORMAT,
        "created_at": clock.canonical(package.now),
        "contents": sorted(package.contents),
        "complete": not any(answer.is_silent for answer in package.answers),
        "rows": package.rows,
        "masked_values": package.masked,
        "systems": [_system(answer) for answer in package.answers],
        "files": sorted(package.archive.files, key=lambda each: each["path"]),
        **({"review": [dict(each.facts) for each in package.additions]} if package.additions else {}),
        "key": ring.primary,
        "public_key": public_key_text(ring.public_keys()[ring.primary]),
    }
    signature = ring.signing_key().sign(canonical_json(manifest).encode())
    package.archive.json("manifest.json", {**manifest, "signature": base64.b64encode(signature).decode()})


def _system(answer: Answer) -> dict[str, Any]:
    nothing = {"category": "", "rows": 0, "portable_rows": 0, "left_out": {}}
    return {
        "system": answer.handler.system,
        "handler": answer.handler.key,
        "label": answer.handler.label,
        "answered": not answer.is_silent,
        "collections": [
            {
                "name": table.name,
                "category": table.category,
                "rows": table.rows,
                "portable_rows": table.portable,
                "left_out": dict(sorted(table.left_out.items())),
                "file": table.place,
            }
            for table in answer.tables
        ]
        + [{"name": name, **nothing} for name in answer.empty],
    }


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
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()

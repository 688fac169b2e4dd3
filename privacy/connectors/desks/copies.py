"""What people give for the person: rows that they type or upload as CSV or JSON, and scans; sealed, and let go with the
case."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from privacy.connectors.desks.models import DeskCopy, DeskQuestion
from privacy.connectors.desks.vocabulary import MOST_ROWS
from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import Kind
from privacy.kernel.sealed_store import SealedStore
from privacy.kernel.uploading import checked_upload
from privacy.personal_data.contract import Attachment

STORE = SealedStore("desks")
LONGEST = 20_000  # characters of one value
MOST_COLUMNS = 200
MEDIA = {
    Kind.PDF: ("application/pdf", "pdf"),
    Kind.PNG: ("image/png", "png"),
    Kind.JPEG: ("image/jpeg", "jpg"),
    Kind.WEBP: ("image/webp", "webp"),
    Kind.GIF: ("image/gif", "gif"),
    Kind.TIFF: ("image/tiff", "tiff"),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that was looked at and can be taken."""

    data: bytes
    kind: Kind


def typed_rows(text: str) -> list[dict[str, Any]]:
    """One thing in each line, in words."""
    return [{"description": line.strip()} for line in text.splitlines() if line.strip()]


def uploaded_rows(data: bytes, *, field: str) -> list[dict[str, Any]]:
    """The rows of a CSV file with a line of names, or of a JSON list of objects. Raises InvalidInput with the mend."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_("Save the file as UTF-8."), field=field) from None
    if "\0" in text:
        raise InvalidInput(_("This is no text: give CSV or JSON."), field=field)
    rows = _json_rows(text, field) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text, field)
    if len(rows) > MOST_ROWS:
        raise InvalidInput(
            _("At most %(most)s rows: give the rest as a scan or a file.") % {"most": MOST_ROWS}, field=field
        )
    if any(len(row) > MOST_COLUMNS or any(len(str(value)) > LONGEST for value in row.values()) for row in rows):
        raise InvalidInput(
            _("At most %(columns)s columns and %(characters)s characters a value.")
            % {"columns": MOST_COLUMNS, "characters": LONGEST},
            field=field,
        )
    return rows


def _json_rows(text: str, field: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(_("This is no JSON: mend it, or give CSV."), field=field) from None
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) and row for row in rows):
        raise InvalidInput(_("Give a JSON list of objects, one for each row."), field=field)
    return rows


def _csv_rows(text: str, field: str) -> list[dict[str, Any]]:
    try:
        lines = csv.DictReader(io.StringIO(text), strict=True)
        rows = [row for _number, row in zip(range(MOST_ROWS + 1), lines, strict=False)]
    except csv.Error:
        raise InvalidInput(_("This is no CSV: mend it, or give JSON."), field=field) from None
    if not rows or not all(lines.fieldnames or [""]):
        raise InvalidInput(_("The first line names the columns, and each line after it is a row."), field=field)
    if any(None in row or None in row.values() for row in rows):
        raise InvalidInput(_("Each line needs as many values as there are columns."), field=field)
    return rows


def look_at(data: bytes, *, name: str, field: str) -> Scan:
    """Look at a file before anything is stored. Raises InvalidInput."""
    try:
        kind, _said = checked_upload(data, name=name)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, field=field) from None
    return Scan(data, kind)


def keep_copies(question: DeskQuestion, given: Mapping[str, Sequence[dict[str, Any] | Scan]]) -> Iterator[str]:
    """Store what was given for each table; yields the files that were made, which the caller removes if it fails."""
    rows: list[DeskCopy] = []
    for table, copies in given.items():
        for copy in copies:
            row = DeskCopy(question=question, position=len(rows), table=table)
            if isinstance(copy, Scan):
                sealed = STORE.put(copy.data)
                yield sealed.file
                row.file, row.file_key, row.media_type = sealed.file, sealed.key, MEDIA[copy.kind][0]
            else:
                row.row = json.dumps(copy)
            rows.append(row)
    DeskCopy.objects.bulk_create(rows, batch_size=500)


def row_of(copy: DeskCopy) -> dict[str, Any]:
    """A row as it leaves; of a file what it is."""
    if copy.file:
        return {"description": f"{copy.table}, copy {copy.position + 1}"}
    found: dict[str, Any] = json.loads(copy.row)
    return found


def attachment_of(copy: DeskCopy) -> Attachment | None:
    """The file of a row. Its name is ours: the one that it came with may name others."""
    if not copy.file:
        return None
    ending = next(ending for media, ending in MEDIA.values() if media == copy.media_type)
    name = f"{copy.table.replace(' ', '-')}-{copy.position + 1}.{ending}"
    return Attachment(name, copy.media_type, lambda: STORE.read(file=copy.file, key=copy.file_key))

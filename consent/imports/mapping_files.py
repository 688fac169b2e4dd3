"""Mappings: the shipped ones are files beside this one, a company's own are rows."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from consent.imports.audit_events import MAPPING_SAVED
from consent.imports.models import ImportMapping
from consent.imports.rules import NAMED, PROMOTIONAL, STAR, ColumnMapping, Says
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.identifiers import IdentifierKind

FOLDER = Path(__file__).parent / "mappings"
LONGEST = 20_000
KEYS = {"columns", "purposes", "channel", "granted", "denied", "nothing", "purpose_columns", "names"}


def shipped() -> dict[str, str]:
    """Name → document of each mapping that comes with Kept."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def mappings() -> dict[str, str]:
    """Name → label of everything that can be chosen; an own mapping takes the place of a shipped one."""
    own = dict(ImportMapping.objects.values_list("name", "label"))
    return {name: parse(text).label for name, text in shipped().items()} | own


def document_of(name: str) -> str:
    """The text of a mapping. NotFound names those that there are."""
    own = ImportMapping.objects.filter(name=name).values_list("document", flat=True).first()
    text = own or shipped().get(name)
    if text is None:
        raise NotFound(f"There is no mapping of that name. There are: {', '.join(mappings())}.")
    return text


@transaction.atomic
def save_mapping(*, name: str, document: str, actor: Actor, now: dt.datetime) -> ImportMapping:
    """Keep a mapping under a name. InvalidInput(document, name) says what is wrong with it."""
    label = parse(document).label
    if not name or len(name) > 40 or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():  # noqa: PLR2004 - as long as the column
        raise InvalidInput("Use up to 40 letters, digits and hyphens.", field="name")
    row, _ = ImportMapping.objects.update_or_create(
        name=name.lower(), defaults={"label": label, "document": document, "changed_at": now}
    )
    record(MAPPING_SAVED, actor=actor, at=now, target=row, is_demo=row.is_demo, name=row.name)
    return row


def parse(text: str) -> ColumnMapping:
    """Read a mapping. InvalidInput(document) names the part at fault."""
    if len(text) > LONGEST:
        raise _wrong("It is too long.")
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _wrong("It is not YAML.") from None
    if not isinstance(data, dict) or not isinstance(data.get("label"), str):
        raise _wrong("It needs a label.")
    person = data.get("identifier")
    if not isinstance(person, dict) or person.get("kind") not in {"email", "phone", "external"}:
        raise _wrong("identifier needs a kind (email, phone or external) and columns.")
    says = data.get("says")
    if not isinstance(says, list) or not says:
        raise _wrong("says needs at least one entry.")
    when = data.get("when") or {}
    return ColumnMapping(
        label=data["label"][:80],
        kind=IdentifierKind(person["kind"]),
        identifier=_texts(person, "columns", needed=True),
        when=_texts(when, "columns"),
        formats=_texts(when, "formats"),
        says=tuple(_says(entry) for entry in says),
    )


def _says(entry: Any) -> Says:
    if not isinstance(entry, dict) or set(entry) - KEYS:
        raise _wrong(f"Each entry of says has no other keys than {', '.join(sorted(KEYS))}.")
    purposes = entry.get("purposes")
    if isinstance(purposes, list) and purposes and all(isinstance(each, str) for each in purposes):
        purposes = tuple(purposes)
    elif purposes not in {PROMOTIONAL, NAMED}:
        raise _wrong("purposes is a list of codes, or promotional, or named.")
    columns = _texts(entry, "columns", needed=True)
    named_by = _texts(entry, "purpose_columns")
    if purposes == NAMED and not named_by and not all(column.endswith(STAR) for column in columns):
        raise _wrong("Where purposes are named, give purpose_columns, or end each column with *.")
    names = entry.get("names") or {}
    if not isinstance(names, dict):
        raise _wrong("names is a table of the tool's names to codes of purposes.")
    words = {key: frozenset(_word(each) for each in entry.get(key) or []) for key in ("granted", "denied", "nothing")}
    if not words["denied"]:
        raise _wrong("Each entry of says needs the words of a no: denied.")
    return Says(
        columns=columns,
        purposes=purposes,
        channel=str(entry.get("channel") or ""),
        purpose_columns=named_by,
        names={str(key).casefold(): str(value) for key, value in names.items()},
        **words,
    )


def _word(value: Any) -> str:
    """YAML reads an unquoted yes as a truth value."""
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else str(value).strip().casefold()


def _texts(part: Any, key: str, *, needed: bool = False) -> tuple[str, ...]:
    found = part.get(key) if isinstance(part, dict) else None
    found = [] if found is None else found
    if not isinstance(found, list) or not all(isinstance(each, str) and each.strip() for each in found):
        raise _wrong(f"{key} is a list of texts.")
    if needed and not found:
        raise _wrong(f"{key} is missing.")
    return tuple(each.strip() for each in found)


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(f"The mapping cannot be used. {what}", field="document")

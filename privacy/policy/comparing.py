"""What changed between two versions of the policy, entry by entry: pure, over the typed documents."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from privacy.policy.document import PolicyDocument
from privacy.policy.entry import Entry
from privacy.policy.word_diff import Piece, word_diff

SECTIONS = {  # section of the file → what it is called on a page
    "audiences": "Whom this is for",
    "sites": "Sites",
    "sources": "Sources",
    "categories": "Data",
    "purposes": "Purposes",
    "notices": "Notices",
    "recipients": "Recipients",
    "transfers": "Transfers",
    "retention": "Retention",
    "rights": "Rights",
    "signals": "Browser signals",
    "regions": "Regions",
    "documents": "Documents",
    "contacts": "Contacts",
}
FOR_STAFF = {
    "surfaces": "Where people are asked",
    "assessments": "Balancing documents",
    "contradictions": "Contradictions",
}
HEADER = {
    "title": "Title",
    "controller": "Controller",
    "minimum_age": "Minimum age",
    "response_days": "Days to answer",
    "language": "Language",
}


class Kind(enum.StrEnum):
    """What became of an entry."""

    ADDED = "new"
    REMOVED = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Detail:
    """One field that differs, as texts."""

    name: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        """The two texts in one, word by word."""
        return word_diff(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that is new, gone or changed."""

    section: str
    kind: Kind
    label: str
    details: tuple[Detail, ...] = ()
    name: str = ""  # the code of the entry, or of the purpose that a text is about


def differences(before: PolicyDocument, after: PolicyDocument, *, for_staff: bool = False) -> list[Difference]:
    """Every difference in the order of the file. `for_staff` adds what the public page does not show."""
    sections = SECTIONS | (FOR_STAFF if for_staff else {})
    found = list(_header(before, after))
    for name, title in sections.items():
        found += _section(title, _by_key(getattr(before, name)), _by_key(getattr(after, name)))
    found += _translations(before, after)
    return [*found, *_sentences(before, after)]


def by_section(found: Iterable[Difference]) -> dict[str, list[Difference]]:
    """The differences under their headings, in order."""
    sections: dict[str, list[Difference]] = {}
    for each in found:
        sections.setdefault(each.section, []).append(each)
    return sections


def _header(before: PolicyDocument, after: PolicyDocument) -> Iterator[Difference]:
    for name, label in HEADER.items():
        old, new = getattr(before.policy, name), getattr(after.policy, name)
        if old != new:
            yield Difference("The policy", Kind.CHANGED, label, (Detail(label, _text(old), _text(new)),))


def _by_key(entries: tuple[Entry, ...]) -> dict[tuple[str, ...], Entry]:
    return {_key(entry): entry for entry in entries}


def _key(entry: Any) -> tuple[str, ...]:
    if hasattr(entry, "from_on"):
        return entry.code, entry.from_on.isoformat()
    return (entry.code,) if hasattr(entry, "code") else (entry.purpose, entry.language)


def _section(
    title: str, before: Mapping[tuple[str, ...], Entry], after: Mapping[tuple[str, ...], Entry]
) -> Iterator[Difference]:
    for key, entry in after.items():
        if key not in before:
            yield Difference(title, Kind.ADDED, _label(entry), name=_name(entry))
        elif before[key] != entry:
            yield Difference(title, Kind.CHANGED, _label(entry), tuple(_details(before[key], entry)), _name(entry))
    for key, entry in before.items():
        if key not in after:
            yield Difference(title, Kind.REMOVED, _label(entry), name=_name(entry))


def _translations(before: PolicyDocument, after: PolicyDocument) -> Iterator[Difference]:
    for language in dict.fromkeys(each.language for each in (*after.translations, *before.translations)):
        yield from _section(f"Translation: {language}", _words(before, language), _words(after, language))


def _words(document: PolicyDocument, language: str) -> dict[tuple[str, ...], Entry]:
    """Every entry of one language, by section and code."""
    return {
        (section, each.code): each
        for entry in document.translations
        if entry.language == language
        for section in ("purposes", "categories", "recipients")
        for each in getattr(entry, section)
    }


def _details(before: Entry, after: Entry) -> Iterator[Detail]:
    for each in dataclasses.fields(after):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name != "line" and old != new:
            yield Detail(each.name.replace("_", " "), _text(old), _text(new))


def _sentences(before: PolicyDocument, after: PolicyDocument) -> Iterator[Difference]:
    old = {sentence.text: section.heading for section in before.statements for sentence in section.sentences}
    new = {sentence.text: section.heading for section in after.statements for sentence in section.sentences}
    for text, heading in new.items():
        if text not in old:
            yield Difference(heading, Kind.ADDED, f"“{text}”")
    for text, heading in old.items():
        if text not in new:
            yield Difference(heading, Kind.REMOVED, f"“{text}”")


def _label(entry: Any) -> str:
    if hasattr(entry, "label"):
        return str(entry.label)
    if hasattr(entry, "title"):
        return str(entry.title)
    return " ".join(_key(entry)).replace("_", " ")


def _name(entry: Any) -> str:
    return str(entry.code if hasattr(entry, "code") else entry.purpose)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Entry):
        names = [each.name for each in dataclasses.fields(value) if each.name != "line"]
        return " ".join(_text(getattr(value, name)) for name in names)
    if isinstance(value, tuple):
        return ", ".join(_text(each) for each in value) or "–"
    return "–" if value is None or value == "" else str(value)

"""Who came back: people of the erasure journal of whom a restored backup holds data again.

A subject is known by its id. An identifier counts only where it was noted before the erasure: one that
was noted later belongs to somebody who came back by their own choice, and is left alone.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from accounts.models import Identifier
from privacy.kernel.keyring import UnreadableValue, keyring
from privacy.personal_data.contract import Identity, Person
from privacy.personal_data.models import Subject
from privacy.retention.journal import USE, read_journal

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the journal."""

    scope: str
    at: dt.datetime


@dataclass(slots=True)
class Match:
    """The subjects of one line that stand in the database, with the identifiers from before it."""

    erasure: Erasure
    subjects: dict[uuid.UUID, None] = field(default_factory=dict)
    identities: dict[Identity, None] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        return Person(tuple(self.subjects), tuple(self.identities))


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal by mark. `unreadable` counts lines whose key this installation no longer has."""

    by_mark: dict[str, Erasure]
    key_ids: tuple[str, ...]
    unreadable: int

    def find(self, text: str) -> Erasure | None:
        """The newest erasure that knows this text."""
        ring = keyring()
        found = [erasure for key in self.key_ids if (erasure := self.by_mark.get(f"{key}:{ring.mac(USE, text, key)}"))]
        return max(found, key=lambda erasure: erasure.at, default=None)


def load_journal(*, since: dt.datetime | None = None) -> Journal:
    """Read the journal, from the beginning or since a moment."""
    ring = keyring()
    known = {*ring.keys, ring.names_id}
    by_mark: dict[str, Erasure] = {}
    key_ids: dict[str, None] = {}
    unreadable = 0
    for entry in read_journal(since=since):
        erasure = Erasure(entry.scope, dt.datetime.fromisoformat(entry.at))
        keys = {mark.partition(":")[0] for mark in entry.marks}
        unreadable += bool(keys - known)
        key_ids |= dict.fromkeys(sorted(keys & known))
        for mark in entry.marks:
            if mark not in by_mark or by_mark[mark].at < erasure.at:
                by_mark[mark] = erasure
    return Journal(by_mark, tuple(key_ids), unreadable)


def find_matches(journal: Journal) -> tuple[list[Match], int]:
    """Everybody in the database whom the journal knows, whether anything of them came back or not, and
    how many identifiers could not be read."""
    unreadable = 0
    by_scope: dict[str, Match] = {}
    matched: dict[uuid.UUID, Match] = {}

    def match(erasure: Erasure, subject_id: uuid.UUID) -> Match:
        found = matched.get(subject_id) or by_scope.setdefault(erasure.scope, Match(erasure))
        found.subjects[subject_id] = None
        matched[subject_id] = found
        return found

    for subject_id in _subject_ids():
        if erasure := journal.find(f"subject|{subject_id}"):
            match(erasure, subject_id)
    for row in _identifiers():
        try:
            erasure = journal.find(f"{row.kind}|{row.value}")
        except UnreadableValue:
            unreadable += 1
            continue
        if erasure and row.created_at < erasure.at:
            match(erasure, row.subject_id).identities[Identity(row.kind, row.value)] = None
        elif (known := matched.get(row.subject_id)) and row.created_at < known.erasure.at:
            known.identities[Identity(row.kind, row.value)] = None
    return list(by_scope.values()), unreadable


def _subject_ids() -> Iterator[uuid.UUID]:
    last = uuid.UUID(int=0)
    while page := list(Subject.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]):
        yield from page
        last = page[-1]


def _identifiers() -> Iterator[Identifier]:
    last = uuid.UUID(int=0)
    while page := list(Identifier.objects.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from page
        last = page[-1].pk

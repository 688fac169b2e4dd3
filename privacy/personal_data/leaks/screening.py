"""Every row on its way into a package is looked at, in batches: what must not leave is noted by place, never by value,
and what was decided to be masked is masked.

Memory stays the same however many rows there are: a batch is bounded by rows and by bytes, and beyond a number of
different values each further one is masked without being listed.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from privacy.kernel.keyring import keyring
from privacy.personal_data.contract import Person
from privacy.personal_data.leaks.rules import MASKS, SHORTEST, Hit, certain, hint, is_plain, kind_of_column, perhaps

ROWS_AT_ONCE = 200
BYTES_AT_ONCE = 1 << 20
MOST_VALUES = 500  # different ones that are listed for a person to decide
SHORTEST_NOTE = 12
MASK, KEEP = "mask", "keep"
Pair = tuple[str, str]

# (person, pairs of kind and normalized value) → those that identify somebody else
Lookup = Callable[[Person, Collection[Pair]], set[Pair]]
# person → texts that only staff may read
Notes = Callable[[Person], Collection[str]]
_lookups: dict[str, Lookup] = {}
_notes: dict[str, Notes] = {}


def register_lookup(name: str, find: Lookup) -> None:
    """Say who knows whether a value identifies somebody else."""
    _lookups[name] = find


def register_notes(name: str, find: Notes) -> None:
    """Say who knows texts about a person that only staff may read."""
    _notes[name] = find


@dataclass
class Note:
    """One value that must not leave, by its first place. `mac` is a keyed hash that packages of one case share."""

    mac: str
    kind: str
    hint: str
    place: str
    row: int
    column: str
    times: int = 0
    decision: str = ""


@dataclass
class Waiting:
    """A row on its way. `keep` writes it where it belongs."""

    row: dict[str, Any]
    line: str
    place: str
    number: int
    keep: Callable[[dict[str, Any], str], None]
    found: list[tuple[str, Hit, bool]]


class Screen:
    """Looks at the rows of one package. `decided` maps the keyed hash of a value to what a person decided about it;
    `default` is what happens to the rest: nothing ("", a person will decide) or "mask"."""

    def __init__(self, person: Person, *, scope: str, decided: Mapping[str, str], default: str = "") -> None:
        self._person, self._decided, self._default = person, decided, default
        self._own = {(each.kind, each.value) for each in person.identities}
        self._texts = [text for find in _notes.values() for text in find(person) if len(text) >= SHORTEST_NOTE]
        self._mac = keyring().mac_of("leak-finding")
        self._scope = scope
        self._waiting: list[Waiting] = []
        self._bytes = 0
        self.notes: dict[str, Note] = {}
        self.masked = 0

    def take(
        self, row: dict[str, Any], *, place: str, number: int, keep: Callable[[dict[str, Any], str], None]
    ) -> None:
        """Look at a row, the `number`th of its table (from 1), and hand it on to `keep`, now or with its batch."""
        line = json.dumps(row, ensure_ascii=False, default=str)
        found = list(self._hits(row))
        if not found and not self._waiting:
            keep(row, line)
            return
        self._waiting.append(Waiting(row, line, place, number, keep, found))
        self._bytes += len(line)
        if len(self._waiting) >= ROWS_AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Hand on whatever waits."""
        batch, self._waiting, self._bytes = self._waiting, [], 0
        pairs = {(hit.kind, hit.value) for each in batch for _, hit, is_sure in each.found if not is_sure} - self._own
        others = set().union(*(find(self._person, pairs) for find in _lookups.values())) if pairs else set()
        for each in batch:
            bad: dict[str, list[Hit]] = {}
            for column, hit, is_sure in each.found:
                if is_sure or (hit.kind, hit.value) in others:
                    bad.setdefault(column, []).append(hit)
            if not bad:
                each.keep(each.row, each.line)
                continue
            row = self._cleaned(each, bad)
            each.keep(row, json.dumps(row, ensure_ascii=False, default=str))

    def forget(self) -> None:
        """Drop what waits: its system fell silent, and nothing of it is used."""
        self._waiting, self._bytes = [], 0

    def _hits(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Hit, bool]]:
        """Column, place, and whether it must not leave whoever it belongs to."""
        for column, value in row.items():
            text = _text(value)
            if not text or (is_plain(text) and not kind_of_column(column)):
                continue
            if len(text) >= SHORTEST or kind_of_column(column):
                yield from ((column, hit, True) for hit in certain(column, text))
                yield from ((column, hit, False) for hit in perhaps(text))
            for note in self._texts:
                if (start := text.find(note)) >= 0:
                    yield column, Hit("staff_note", note, start, start + len(note)), True

    def _cleaned(self, waiting: Waiting, bad: Mapping[str, list[Hit]]) -> dict[str, Any]:
        row = dict(waiting.row)
        for column, hits in bad.items():
            masked = [hit for hit in hits if self._note(hit, waiting, column) == MASK]
            if masked:
                self.masked += len(masked)
                row[column] = _masked(row[column], masked)
        return row

    def _note(self, hit: Hit, waiting: Waiting, column: str) -> str:
        """Note a value; what is to be done with it."""
        mac = self._mac(f"{self._scope}|{hit.kind}|{hit.value}")
        note = self.notes.get(mac)
        if note is None:
            if len(self.notes) >= MOST_VALUES:
                return MASK
            decision = self._decided.get(mac, self._default)
            note = Note(mac, hit.kind, hint(hit.kind, hit.value), waiting.place, waiting.number, column, 0, decision)
            self.notes[mac] = note
        note.times += 1
        return note.decision


def _text(value: Any) -> str:
    """A value as text: a card or phone number may be kept as a number."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | float):
        return ""
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False, default=str)


def _masked(value: Any, hits: list[Hit]) -> str:
    """The text with each place overwritten; of places that overlap the first and widest counts."""
    text, end = _text(value), 0
    parts: list[str] = []
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        if hit.start >= end:
            parts += [text[end : hit.start], MASKS[hit.kind]]
        end = max(end, hit.end)
    return "".join([*parts, text[end:]])

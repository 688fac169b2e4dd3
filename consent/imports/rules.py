"""What a line of another tool says. Pure: the mapping, the header, the cells."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from privacy.kernel.errors import InvalidInput

PROMOTIONAL, NAMED = "promotional", "named"
STAR = "*"
YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Says:
    """Columns that say something about purposes, and which words are a yes, a no, or nothing."""

    columns: tuple[str, ...]
    purposes: str | tuple[str, ...]
    channel: str
    granted: frozenset[str]
    denied: frozenset[str]
    nothing: frozenset[str]
    purpose_columns: tuple[str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a tool's columns are read."""

    label: str
    kind: str
    identifier: tuple[str, ...]
    when: tuple[str, ...]
    formats: tuple[str, ...]
    says: tuple[Says, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says about one purpose: yes, no, or a word that is neither. `purpose` as it was named."""

    purpose: str
    channel: str
    word: str


@dataclass(slots=True)
class Reader:
    """A mapping bound to the header of one file: places of cells instead of names of columns."""

    kind: str
    width: int
    identifier: int
    when: int | None
    formats: tuple[str, ...]
    bound: list[tuple[int, Says, str]] = field(default_factory=list)
    purpose_at: dict[int, int] = field(default_factory=dict)
    promotional: tuple[str, ...] = ()

    def said(self, cells: Sequence[str]) -> Iterator[Said]:
        """Everything that one line says."""
        for place, says, named in self.bound:
            word = _word(says, cells[place])
            if not word:
                continue
            if says.purposes == PROMOTIONAL:
                yield from (Said(code, says.channel, word) for code in self.promotional)
            elif says.purposes == NAMED:
                name = named or cells[self.purpose_at[place]].strip()
                yield Said(says.names.get(name.casefold(), name), says.channel, word)
            else:
                yield from (Said(code, says.channel, word) for code in says.purposes)

    def said_at(self, cells: Sequence[str], now: dt.datetime) -> dt.datetime | None:
        """When it was said, where a column tells; nothing for what cannot be read or lies ahead."""
        text = cells[self.when].strip() if self.when is not None else ""
        for form in self.formats if text else ():
            try:
                moment = dt.datetime.strptime(text[:40], form)  # noqa: DTZ007 - made aware below
            except ValueError:
                continue
            moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
            return moment if moment <= now else None
        return None


def _word(says: Says, cell: str) -> str:
    text = cell.strip().casefold()
    if text in says.denied:  # the most protective reading first
        return NO
    if text in says.nothing:
        return ""
    return YES if text in says.granted else UNKNOWN


def bind(mapping: ColumnMapping, header: Sequence[str], *, promotional: Sequence[str]) -> Reader:
    """Find the mapping's columns in a header. InvalidInput names what is missing, and never what is there: a
    file without a header has people in its first line."""
    names = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    identifier = _place(mapping.identifier, names)
    if identifier is None:
        raise InvalidInput(
            f"The first line has no column for the person. One of these is needed: {', '.join(mapping.identifier)}.",
            field="file",
            code="wrong_columns",
        )
    when = _place(mapping.when, names)
    reader = Reader(mapping.kind, len(header), identifier, when, mapping.formats, promotional=tuple(promotional))
    for says in mapping.says:
        for place, named in _columns(says, names):
            if says.purposes == NAMED and not named:
                purpose_at = _place(says.purpose_columns, names)
                if purpose_at is None:
                    continue
                reader.purpose_at[place] = purpose_at
            reader.bound.append((place, says, named))
    if not reader.bound:
        wanted = dict.fromkeys(column for says in mapping.says for column in says.columns)
        raise InvalidInput(
            f"The first line has no column that says yes or no. One of these is needed: {', '.join(wanted)}.",
            field="file",
            code="wrong_columns",
        )
    return reader


def _place(columns: Sequence[str], names: Mapping[str, int]) -> int | None:
    return next((names[each.casefold()] for each in columns if each.casefold() in names), None)


def _columns(says: Says, names: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Where this is said: the first of the columns that is there, or every one that begins so."""
    for column in says.columns:
        if column.endswith(STAR):
            stem = column[:-1].casefold()
            yield from ((place, name[len(stem) :].strip()) for name, place in names.items() if name.startswith(stem))
        elif column.casefold() in names:
            yield names[column.casefold()], ""
            return

"""The proof after an erasure: the database is asked again on ways of its own.

It shares nothing with the walk that made the plan: neither its graph, nor its connection, nor what followed for that
from the schema. It asks by the keys that were approved, by the columns that name people, and from the approved keys
straight along the references as the map writes them. So a collection that the walk skipped is found here.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.asking import read_among
from privacy.connectors.database import PAGE, Row, read_pages, table_of
from privacy.connectors.naming import is_in_conflict, is_strangers, names, spellings
from privacy.connectors.planning import NOT_PERSONAL, decide, guard_name, key_parts, key_text
from privacy.connectors.systems import MappedSystem
from privacy.personal_data.contract import HandlerPlan, Person, TablePlan, Treatment
from privacy.personal_data.guards import held_rows

Key = tuple[str, ...]
Due = dict[str, dict[Key, Row]]


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of the map, from a row to the rows that hang on it. `owns`: they are that row's; otherwise it only
    points at them. `is_way`: whether they are the person's where the row is."""

    source: str
    source_columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    owns: bool
    is_way: bool


def read_anew(system: MappedSystem, connection: Connection) -> MappedSystem:
    """The same map on the schema as it stands now, with nothing of what was worked out before. What the database says
    of itself is read again unless its fingerprint shows that it would say the same."""
    mark = system.database.fingerprint(connection)
    if mark and mark == system.fingerprint:
        return replace(system)  # of fields only: what followed from them is not taken over
    return MappedSystem.read(system.key, system.database, system.datamap, system.policies)


def links_of(system: MappedSystem) -> list[Link]:
    """Every reference, in each direction that the map allows."""
    found = dict[Link, None]()
    for here, each in system.datamap.collections.items():
        pairs = [
            ((one.collection, {True: "from", False: "to", None: ""}[one.leads_here]), (column.name, one.field))
            for column in each.fields.values()
            for one in column.references
        ]
        for (there, direction), group in groupby(sorted(pairs), key=lambda pair: pair[0]):
            columns = [ends for _, ends in group]
            for ends in _composite(system, here, there, columns):
                mine, theirs = tuple(a for a, _ in ends), tuple(b for _, b in ends)
                if direction != "to":
                    found[_link(system, there, theirs, here, mine, is_said=bool(direction))] = None
                if direction != "from":
                    found[_link(system, here, mine, there, theirs, is_said=bool(direction))] = None
    return list(found)


def _composite(
    system: MappedSystem, here: str, there: str, pairs: list[tuple[str, str]]
) -> list[list[tuple[str, str]]]:
    """Columns that together name a row are one reference; others are one each."""
    mine, theirs = {a for a, _ in pairs}, {b for _, b in pairs}
    whole = len(theirs) == len(pairs) and (theirs == set(system.keys[there]) or mine == set(system.keys[here]))
    return [pairs] if whole else [[pair] for pair in pairs]


def _link(
    system: MappedSystem,
    source: str,
    source_columns: tuple[str, ...],
    target: str,
    target_columns: tuple[str, ...],
    *,
    is_said: bool,
) -> Link:
    unique = (system.keys[target], *system.live[target].unique)
    names_one = any(each and set(each) <= set(target_columns) for each in unique)
    owns = not names_one or set(source_columns) == set(system.keys[source])
    first, second = system.collection(source), system.collection(target)
    is_alike = bool(first.subjects & second.subjects)
    is_apart = bool(first.subjects and second.subjects) and not is_alike
    is_way = not is_apart and (owns or (is_said and (is_alike or not second.is_about_people)))
    if source == target:
        is_way = is_way and is_said and not second.is_about_people
    return Link(source, source_columns, target, target_columns, owns, is_way)


class Proof:
    """One new look, over one connection, at what was approved for one person."""

    def __init__(
        self, system: MappedSystem, connection: Connection, person: Person, frozen: HandlerPlan, today: dt.date
    ) -> None:
        self._system, self._connection, self._person, self._today = system, connection, person, today
        self._approved = frozen
        self._links = links_of(system)
        self._tables = {name: table_of(name, self._columns(name)) for name in system.datamap.collections}
        self._known: dict[str, set[str]] = {name: set() for name in system.datamap.collections}
        self._kept: dict[str, set[str]] = {name: set() for name in system.datamap.collections}
        self._may_be_shared = {each.table for each in frozen.residuals if each.what == "shared rows"}
        for table in frozen.tables:
            self._known.setdefault(table.table, set()).update(table.keys)
            if _stays(table):
                self._kept.setdefault(table.table, set()).update(table.keys)

    def due(self) -> Due:
        """Every row that should be gone or blank and is not, by collection; without those that a guard holds."""
        due: Due = {}
        waiting: list[tuple[str, list[Row]]] = list(self._named(due))
        for table in self._approved.tables:
            if table.table in self._system.datamap.collections:
                self._follow(due, waiting, self._recorded(due, table))
        while waiting:
            self._follow(due, waiting, [waiting.pop()])
        return {name: free for name, rows in due.items() if (free := self._without_held(name, rows))}

    def _named(self, due: Due) -> Iterator[tuple[str, list[Row]]]:
        """Rows in which an identity column names the person."""
        for name, collection in self._system.datamap.collections.items():
            conditions = [
                one
                for column, kind in collection.identities.items()
                for value in spellings(self._system.key, kind, self._person)
                if (one := self._holds(name, column, kind, value)) is not None
            ]
            if not conditions:
                continue
            about = (self._system.key, collection.identities)
            for page in self._read(name, sa.or_(*conditions)):
                mine = [
                    row
                    for row in page
                    if names(*about, row, self._person) and not is_in_conflict(*about, row, self._person)
                ]
                yield name, self._take(due, name, mine)

    def _holds(self, name: str, column: str, kind: str, value: str) -> Any:
        """A wide net, whose catch is looked at row by row: whatever stands around or within an identifier."""
        text: Any = sa.cast(self._tables[name].c[column], sa.String(254))
        if kind == "phone":
            digits = [sign for sign in value if sign.isdigit()]
            return text.like(f"%{'%'.join(digits)}%") if digits else None
        if kind == "email":
            return sa.func.lower(text).contains(value, autoescape=True)
        return text.contains(value, autoescape=True)

    def _recorded(self, due: Due, table: TablePlan) -> Iterator[tuple[str, list[Row]]]:
        """The approved rows, also as mere keys where they are gone: what hung on them may still be there."""
        name, system = table.table, self._system
        is_read = not _stays(table) or any(link.source == name and link.is_way for link in self._links)
        for start in range(0, len(table.keys) if is_read else 0, PAGE):
            parts = [key_parts(system, name, text) for text in table.keys[start : start + PAGE]]
            typed = [system.typed_key(name, key) for key in parts]
            rows: dict[Key, Row] = {
                key: dict(zip(system.keys[name], values, strict=True)) for key, values in zip(parts, typed, strict=True)
            }
            for page in self._among(name, system.keys[name], typed):
                for row in page:
                    key = system.key_of(name, row)
                    rows[key] = row
                    if self._is_undone(table, row):
                        due.setdefault(name, {})[key] = row
            yield name, list(rows.values())

    def _is_undone(self, table: TablePlan, row: Row) -> bool:
        if _stays(table):
            return False
        if table.treatment is Treatment.RETAIN:  # nothing of it was personal when it was approved
            return self._is_due(table.table, row)
        return table.treatment is Treatment.DELETE or bool(self._system.pending(table.table, row, table.fields))

    def _follow(
        self, due: Due, waiting: list[tuple[str, list[Row]]], starts: Iterator[tuple[str, list[Row]]] | list[Any]
    ) -> None:
        """The rows that hang on these and were not approved."""
        for name, rows in starts:
            for link in self._links:
                if link.source != name or not link.is_way:
                    continue
                identities = self._system.collection(link.target).identities
                for page in self._along(link, rows):
                    fresh = [
                        row for row in page if key_text(self._key(link.target, row)) not in self._known[link.target]
                    ]
                    mine = [r for r in fresh if not is_strangers(self._system.key, identities, r, self._person)]
                    if not link.owns or link.target in self._may_be_shared:
                        mine = [row for row in mine if not self._is_shared(link.target, row)]
                    waiting.append((link.target, self._take(due, link.target, mine)))

    def _take(self, due: Due, name: str, rows: Sequence[Row]) -> list[Row]:
        """Note those that are due; the ones that nobody knew are given back, to be followed."""
        fresh = []
        for row in rows:
            key = self._key(name, row)
            if key_text(key) not in self._known[name]:
                self._known[name].add(key_text(key))
                fresh.append(row)
            if key_text(key) not in self._kept[name] and self._is_due(name, row):
                due.setdefault(name, {})[key] = row
        return fresh

    def _is_due(self, name: str, row: Row) -> bool:
        return decide(self._system, name, row, self._today)[0].treatment is not Treatment.RETAIN

    def _is_shared(self, name: str, row: Row) -> bool:
        """Whether a row that nobody approved points at this one as well."""
        owned = {link.target for link in self._links if link.source == name and link.owns}
        for link in self._links:
            if link.target != name or link.owns or link.source in owned:
                continue
            back = Link(name, link.target_columns, link.source, link.source_columns, owns=True, is_way=True)
            for page in self._along(back, [row]):
                if any(key_text(self._key(link.source, each)) not in self._known[link.source] for each in page):
                    return True
        return False

    def _along(self, link: Link, rows: Sequence[Row]) -> Iterator[list[Row]]:
        values = dict.fromkeys(tuple(row.get(column) for column in link.source_columns) for row in rows)
        wanted = [value for value in values if None not in value]
        yield from self._among(link.target, link.target_columns, wanted)

    def _among(self, name: str, columns: tuple[str, ...], values: Sequence[tuple[Any, ...]]) -> Iterator[list[Row]]:
        return read_among(self._connection, self._tables[name], self._system.keys[name], columns, values)

    def _read(self, name: str, where: Any) -> Iterator[list[Row]]:
        return read_pages(self._connection, self._tables[name], self._system.keys[name], where)

    def _columns(self, name: str) -> list[str]:
        linked = {
            column
            for link in self._links
            for place, columns in ((link.source, link.source_columns), (link.target, link.target_columns))
            if place == name
            for column in columns
        }
        return sorted({*self._system.keys[name], *linked, *self._system.columns_for_erasure(name)})

    def _key(self, name: str, row: Mapping[str, Any]) -> Key:
        return self._system.key_of(name, row)

    def _without_held(self, name: str, rows: dict[Key, Row]) -> dict[Key, Row]:
        keys = [key_text(key) for key in rows]
        held = {*held_rows(self._person, guard_name(self._system, name), keys)}
        return {key: row for key, row in rows.items() if key_text(key) not in held}


def _stays(table: TablePlan) -> bool:
    """Whether the approval keeps these rows as they are."""
    return table.treatment is Treatment.RETAIN and table.ground != NOT_PERSONAL

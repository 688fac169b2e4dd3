"""Find everything about a person in one outside database, from the identifiers along the map's ways."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.asking import read_among, read_named
from privacy.connectors.database import PAGE, Row, among, table_of
from privacy.connectors.datamaps import Collection
from privacy.connectors.graph import Edge
from privacy.connectors.naming import is_in_conflict, is_strangers, spellings
from privacy.connectors.systems import MappedSystem
from privacy.personal_data.contract import Person

Key = tuple[str, ...]
PHONE_SIGNS = (" ", "(", ")", "-", "/", ".")


@dataclass
class Finding:
    """The person's rows, collection by collection. `shared` are those that rows of others point at
    too; `strangers` counts rows on the way that carry somebody else's identifier."""

    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    shared: dict[str, set[Key]] = field(default_factory=dict)
    strangers: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> dict[Key, Row]:
        return self.rows.get(name, {})


class Search:
    """One search over one connection. `extra` names further columns to read of a collection."""

    def __init__(
        self, system: MappedSystem, connection: Connection, extra: Callable[[str], Iterable[str]] = lambda name: ()
    ) -> None:
        self.system = system
        self.connection = connection
        self._extra = extra
        self._tables: dict[str, Any] = {}

    def run(self, person: Person, *, without: Container[str] = ()) -> Finding:
        """Everything that is the person's, but in the collections that are read otherwise."""
        finding, key = Finding(), self.system.key
        waiting: list[tuple[str, list[Row]]] = []
        for name, collection in self.system.datamap.collections.items():
            for page in self._named(name, collection, person):
                mine = [row for row in page if not is_in_conflict(key, collection.identities, row, person)]
                if len(mine) < len(page):
                    finding.strangers[name] = finding.strangers.get(name, 0) + len(page) - len(mine)
                self._take(finding, waiting, name, mine)
        while waiting:
            name, rows = waiting.pop()
            for edge in self._ways(name, without):
                identities = self.system.collection(edge.target).identities
                for page in self.along(edge, rows):
                    mine = [row for row in page if not is_strangers(key, identities, row, person)]
                    known = len(page) - len(mine)
                    if known:
                        finding.strangers[edge.target] = finding.strangers.get(edge.target, 0) + known
                    self._take(finding, waiting, edge.target, mine)
        for name in list(finding.rows):
            finding.shared[name] = self._shared(finding, name)
        return finding

    def _ways(self, name: str, without: Container[str]) -> list[Edge]:
        return [edge for edge in self.system.graph.ways_from(name) if edge.target not in without]

    def along(self, edge: Edge, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """The rows of the edge's target that belong to these rows of its source."""
        yield from self._among(edge.target, edge.target_columns, _values(edge, rows))

    def conditions(self, edge: Edge, rows: Iterable[Row]) -> Iterator[Any]:
        """The conditions, each for a bounded number of owners, under which rows of the target belong to these."""
        values = _values(edge, rows)
        for start in range(0, len(values), PAGE):
            table = self.table(edge.target)
            columns = [table.c[column] for column in edge.target_columns]
            yield among(columns, values[start : start + PAGE])

    def count_along(self, edge: Edge, rows: Iterable[Row]) -> int:
        """How many rows of the edge's target belong to these."""
        table = self.table(edge.target)
        return sum(
            self.connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
            for condition in self.conditions(edge, rows)
        )

    def by_keys(self, name: str, keys: Sequence[Key]) -> Iterator[list[Row]]:
        """The rows with these keys, as far as they are still there."""
        typed = [self.system.typed_key(name, key) for key in keys]
        yield from self._among(name, self.system.keys[name], typed)

    def table(self, name: str) -> Any:
        """The one table object of this search: two of a name would be two tables of a statement."""
        if (known := self._tables.get(name)) is None:
            system = self.system
            identities = system.collection(name).identities
            columns = {*system.keys[name], *system.graph.linking_columns(name), *identities, *self._extra(name)}
            known = self._tables[name] = table_of(name, sorted(columns))
        return known

    def _among(self, name: str, columns: tuple[str, ...], values: Sequence[Key]) -> Iterator[list[Row]]:
        return read_among(self.connection, self.table(name), self.system.keys[name], columns, values)

    def _take(self, finding: Finding, waiting: list[tuple[str, list[Row]]], name: str, page: list[Row]) -> None:
        known = finding.rows.setdefault(name, {})
        fresh = {self.system.key_of(name, row): row for row in page}
        fresh = {key: row for key, row in fresh.items() if key not in known}
        known.update(fresh)
        if fresh:
            waiting.append((name, list(fresh.values())))

    def _named(self, name: str, collection: Collection, person: Person) -> Iterator[list[Row]]:
        """The rows in which a column holds one of the person's identifiers."""
        known = {kind: spellings(self.system.key, kind, person) for kind in collection.identities.values()}
        tests = tuple((column, _is_one_of(kind), kind) for column, kind in collection.identities.items() if known[kind])
        if tests:
            yield from read_named(self.connection, self.table(name), self.system.keys[name], tests, known)

    def _shared(self, finding: Finding, name: str) -> set[Key]:
        """The rows that rows outside the finding point at as well."""
        mine = finding.of(name)
        shared: set[Key] = set()
        owned_by_mine = {edge.target for edge in self.system.graph.ways_from(name) if edge.owns}
        for pointer in self.system.graph.pointers_to(name):
            if pointer.source in owned_by_mine:
                continue
            reverse = Edge(pointer.target, pointer.target_columns, pointer.source, pointer.source_columns, True, True)
            owned = {tuple(str(row[column]) for column in pointer.target_columns): key for key, row in mine.items()}
            for page in self.along(reverse, list(mine.values())):
                for row in page:
                    if self.system.key_of(pointer.source, row) not in finding.of(pointer.source):
                        value = tuple(str(row[column]) for column in pointer.source_columns)
                        shared |= {owned[value]} if value in owned else set()
        return shared


def _values(edge: Edge, rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """What rows of the edge's target hold that belong to these."""
    values = dict.fromkeys(tuple(row[column] for column in edge.source_columns) for row in rows)
    return [value for value in values if None not in value]


@lru_cache(maxsize=16)
def _is_one_of(kind: str) -> Callable[[Any, str], Any]:
    """The condition that a column holds one of the values of that name, identifiers of this kind."""

    def condition(column: Any, name: str) -> Any:
        expression: Any = sa.func.trim(sa.cast(column, sa.String(254)))
        if kind == "email":
            expression = sa.func.lower(expression)
        if kind == "phone":
            for sign in PHONE_SIGNS:
                expression = sa.func.replace(expression, sign, "")
        return expression.in_(sa.bindparam(name, expanding=True))

    return condition

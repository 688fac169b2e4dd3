"""An outside SQL database behind the handler contract: SQLite, PostgreSQL, MySQL and MariaDB."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from sqlalchemy.engine import Connection

from privacy.connectors.checking import find_problems
from privacy.connectors.database import table_of
from privacy.connectors.exporting import export_rows
from privacy.connectors.planning import decide, guard_name, key_parts, key_text, plan_residuals, plan_tables
from privacy.connectors.searching import Search
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
)
from privacy.personal_data.guards import held_rows

NOT_OFFERED = {
    Action.RECTIFY: "Kept does not write corrections into this database; its owner corrects it as a task of the case.",
    Action.RESTRICT: "This database has no mark for restricted rows; its owner sets them apart as a task of the case.",
    Action.OPT_OUT: "Opt-outs are consent events, which this system asks for or is sent.",
}


class SqlHandler(Handler):
    """Find, export, plan, apply and verify over the tables that a data map names."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, read: Callable[[], MappedSystem]) -> None:
        self.key = self.system = key
        self.label = label
        self._read = read

    @cached_property
    def mapped(self) -> MappedSystem:
        """The map on the live schema. HandlerUnavailable where the database or its URL is not there."""
        try:
            return self._read()
        except DomainError as error:
            raise HandlerUnavailable(f"its connection cannot be used: {error.code}") from None

    @cached_property
    def problems(self) -> tuple[str, ...]:
        return tuple(find_problems(self.mapped))

    def _fitting(self) -> MappedSystem:
        if self.problems:
            raise HandlerUnavailable(f"its data map no longer fits: {self.problems[0]}")
        return self.mapped

    # --- reading ---------------------------------------------------------------------------------
    def find(self, person: Person) -> Sequence[Found]:
        system = self._fitting()
        with system.database.connect() as connection:
            finding = Search(system, connection).run(person)
        return [Found(name, len(finding.of(name))) for name in system.order[::-1]]

    def export(self, person: Person) -> Iterator[Record]:
        return export_rows(self._fitting(), person)

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        if self.problems:
            return HandlerPlan(self.key, action, problems=self.problems)
        system = self.mapped
        with system.database.connect() as connection:
            finding = Search(system, connection, system.columns_for_erasure).run(person)
        tables = plan_tables(system, finding, person, _today(now))
        return HandlerPlan(self.key, action, tuple(tables), tuple(plan_residuals(system, finding)))

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """One transaction of the outside database: lock, ask the guards again, look, then act."""
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        system = self._fitting()
        name = chunk.plan.table
        with system.database.connect() as connection:
            rows = self._lock(system, connection, chunk)
            held = held_rows(None, guard_name(system, name), list(rows)) if rows else {}
            free = {key: row for key, row in rows.items() if key not in held}
            waiting = self._waiting_for_children(system, connection, name, free)
            free = {key: row for key, row in free.items() if key not in waiting}
            if chunk.plan.treatment is Treatment.DELETE:
                done, blank = self._delete(system, connection, name, free), 0
            else:
                done, blank = self._blank(system, connection, chunk.plan, free)
        residuals = [
            Residual(name, hold.reason, hold.ground, "legal", rows=1, until=hold.review_on) for hold in held.values()
        ]
        if waiting:
            residuals.append(
                Residual(
                    name,
                    "rows that belong to it",
                    "they came after the approval",
                    "supplementary approval",
                    len(waiting),
                )
            )
        gone = len(chunk.keys) - len(rows)
        is_delete = chunk.plan.treatment is Treatment.DELETE
        return ChunkResult(
            removed=done if is_delete else 0,
            anonymized=0 if is_delete else done,
            retained=len(held),
            already_done=gone + blank,
            residuals=tuple(residuals),
        )

    def _lock(self, system: MappedSystem, connection: Connection, chunk: Chunk) -> dict[str, Mapping[str, Any]]:
        """The rows of the chunk that are still there, locked where the database can."""
        name = chunk.plan.table
        search = Search(system, connection, system.columns_for_erasure)
        keys = [key_parts(system, name, text) for text in chunk.keys]
        if system.database.dialect != "sqlite":
            table = search.table(name)
            columns = [table.c[column] for column in system.keys[name]]
            for key in keys:
                same = sa.and_(*(c == v for c, v in zip(columns, system.typed_key(name, key), strict=True)))
                connection.execute(sa.select(*columns).where(same).with_for_update())
        return {key_text(system.key_of(name, row)): row for page in search.by_keys(name, keys) for row in page}

    def _waiting_for_children(
        self, system: MappedSystem, connection: Connection, name: str, rows: Mapping[str, Mapping[str, Any]]
    ) -> set[str]:
        """The rows that own rows which came after the approval. They wait: once they are blank, nobody
        could find those any more."""
        search = Search(system, connection, system.columns_for_erasure)
        waiting: set[str] = set()
        today = _today(clock.now())
        for edge in system.graph.ways_from(name):
            if not edge.owns:
                continue
            owners = {tuple(str(row[c]) for c in edge.source_columns): key for key, row in rows.items()}
            for page in search.along(edge, [dict(row) for row in rows.values()]):
                fresh = [
                    row for row in page if decide(system, edge.target, row, today)[0].treatment is not Treatment.RETAIN
                ]
                keys = [key_text(system.key_of(edge.target, row)) for row in fresh]
                held = held_rows(None, guard_name(system, edge.target), keys) if keys else {}
                for row, key in zip(fresh, keys, strict=True):
                    owner = owners.get(tuple(str(row[c]) for c in edge.target_columns))
                    if owner and key not in held and _same_person(system, name, rows[owner], edge.target, row):
                        waiting.add(owner)
        return waiting

    def _delete(
        self, system: MappedSystem, connection: Connection, name: str, rows: Mapping[str, Mapping[str, Any]]
    ) -> int:
        table = table_of(name, system.keys[name])
        return sum(
            connection.execute(sa.delete(table).where(_is_row(system, table, name, row))).rowcount
            for row in rows.values()
        )

    def _blank(
        self, system: MappedSystem, connection: Connection, plan: TablePlan, rows: Mapping[str, Mapping[str, Any]]
    ) -> tuple[int, int]:
        """How many rows were overwritten, and how many were blank already."""
        if gone := set(plan.fields) - set(system.rules(plan.table)):
            raise HandlerUnavailable(f"its data map no longer blanks {plan.table}.{min(gone)}, which was approved")
        done = blank = 0
        table = table_of(plan.table, tuple(system.live[plan.table].columns))
        for row in rows.values():
            pending = system.pending(plan.table, row, plan.fields)
            if not pending:
                blank += 1
                continue
            values = system.blanks(plan.table, system.key_of(plan.table, row))
            statement = sa.update(table).where(_is_row(system, table, plan.table, row))
            connection.execute(statement.values({table.c[column]: values[column] for column in pending}))
            done += 1
        return done, blank

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again twice: by the person's identifiers, and by the keys that were approved."""
        system = self._fitting()
        left: dict[str, set[str]] = {}
        with system.database.connect() as connection:
            search = Search(system, connection, system.columns_for_erasure)
            finding = search.run(person)
            for table in plan_tables(system, finding, person, _today(clock.now())):
                if table.treatment is not Treatment.RETAIN:
                    left.setdefault(table.table, set()).update(set(table.keys) - _retained(frozen, table))
            for table in frozen.tables:
                if table.treatment is not Treatment.RETAIN:
                    left.setdefault(table.table, set()).update(_undone(system, search, table))
        return [
            Residual(name, "rows of the person", "found beyond the approved plan", "supplementary approval", len(keys))
            for name, keys in left.items()
            if keys
        ]


def _undone(system: MappedSystem, search: Search, table: TablePlan) -> set[str]:
    """The approved keys that are still there, or not blank, and that no guard holds."""
    parts = [key_parts(system, table.table, text) for text in table.keys]
    undone = [
        key_text(system.key_of(table.table, row))
        for page in search.by_keys(table.table, parts)
        for row in page
        if table.treatment is Treatment.DELETE or system.pending(table.table, row, table.fields)
    ]
    return set(undone) - set(held_rows(None, guard_name(system, table.table), undone) if undone else {})


def _retained(frozen: HandlerPlan, wanted: TablePlan) -> set[str]:
    """The keys that the approval keeps, as long as it keeps the same columns."""
    return {
        key
        for table in frozen.tables
        if table.table == wanted.table and table.treatment is Treatment.RETAIN and table.ground != "not_personal"
        for key in table.keys
    }


def _is_row(system: MappedSystem, table: Any, name: str, row: Mapping[str, Any]) -> Any:
    return sa.and_(*(table.c[column] == row[column] for column in system.keys[name]))


def _same_person(
    system: MappedSystem, owner: str, owner_row: Mapping[str, Any], name: str, row: Mapping[str, Any]
) -> bool:
    """Whether a row may be its owner's: it carries no identifier, or one of its owner's."""
    theirs = {str(row[c]).strip().lower() for c in system.collection(name).identities if row[c]}
    known = {str(owner_row[c]).strip().lower() for c in system.collection(owner).identities if owner_row[c]}
    return not theirs or not known or bool(theirs & known)


def _today(now: dt.datetime) -> dt.date:
    return clock.local_date(now, settings.KEPT_TIME_ZONE)

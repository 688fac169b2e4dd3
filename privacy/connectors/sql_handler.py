"""An outside SQL database behind the handler contract: SQLite, PostgreSQL, MySQL and MariaDB."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from privacy.connectors.checking import find_problems
from privacy.connectors.correcting import categories_to_correct, correct_rows, plan_correction
from privacy.connectors.erasing import erase_rows, refusal_to_write
from privacy.connectors.exporting import export_rows
from privacy.connectors.foreign_keys import hold_back, unmapped_pointers
from privacy.connectors.planning import (
    key_parts,
    key_text,
    local_today,
    plan_residuals,
    plan_rows,
    plan_tables,
)
from privacy.connectors.proving import Due, Proof, read_anew
from privacy.connectors.recognizing import recognize
from privacy.connectors.searching import Search
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import (
    SUPPLEMENT,
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
    Wish,
)

TOGETHER = 5_000  # rows of a person that are erased in one transaction
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
        """Found once for a schema whose fingerprint is known, otherwise at every look."""
        mapped = self.mapped
        if mapped.fingerprint:
            return _problems_of(mapped)
        return tuple(find_problems(mapped))

    def _fitting(self) -> MappedSystem:
        if self.problems:
            raise HandlerUnavailable(f"its data map no longer fits: {self.problems[0]}")
        return self.mapped

    # --- reading ---------------------------------------------------------------------------------
    def find(self, person: Person) -> Sequence[Found]:
        system = self._fitting()
        with system.database.connect() as connection:
            search = Search(system, connection)
            finding = search.run(person, without=system.leaves)
            counts = {
                name: search.count_along(edge, finding.of(edge.source).values()) for name, edge in system.leaves.items()
            }
        return [Found(name, counts.get(name, len(finding.of(name)))) for name in system.order[::-1]]

    def tables(self, person: Person) -> Sequence[str]:
        return self._fitting().order[::-1]

    def export(self, person: Person) -> Iterator[Record]:
        return export_rows(self._fitting(), person)

    def recognize(self, kind: str, algorithm: str, digests: Sequence[str]) -> Mapping[str, str] | None:
        return recognize(self._fitting(), kind, algorithm, digests)

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        if self.problems:
            return HandlerPlan(self.key, action, problems=self.problems)
        system = self.mapped
        with system.database.connect() as connection:
            finding = Search(system, connection, system.columns_for_erasure).run(person)
            planned = plan_tables(system, finding, person, local_today(now))
            tables, problems = hold_back(system, connection, planned)
            residuals = [*plan_residuals(system, finding), *unmapped_pointers(system, connection, finding)]
        if refusal := refusal_to_write(system, tables):
            problems.append(f"Nothing can be erased there: {refusal}.")
        return HandlerPlan(self.key, action, tuple(tables), tuple(residuals), problems=tuple(problems))

    def plan_keys(self, person: Person, table: TablePlan, *, now: dt.datetime) -> HandlerPlan:
        system, name = self._fitting(), table.table
        with system.database.connect() as connection:
            search = Search(system, connection, system.columns_for_erasure)
            keys = [key_parts(system, name, text) for text in table.keys]
            rows = {system.key_of(name, row): row for page in search.by_keys(name, keys) for row in page}
        return HandlerPlan(self.key, Action.ERASE, tuple(plan_rows(system, {name: rows}, person, local_today(now))))

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """One transaction of the outside database: lock, ask the guards again, look, then act."""
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        system = self._fitting()
        if chunk.plan.treatment is Treatment.UPDATE:
            return correct_rows(system, chunk)
        with system.database.connect() as connection:
            return erase_rows(system, connection, chunk)

    def apply_together(self, chunks: Sequence[Chunk]) -> Sequence[ChunkResult] | None:
        """Up to TOGETHER rows: what belongs together goes together, or not at all. More would be locked too long."""
        system = self._fitting()
        if refusal := refusal_to_write(system, [chunk.plan for chunk in chunks]):
            raise HandlerUnavailable(f"nothing was written: {refusal}")
        if sum(len(chunk.keys) for chunk in chunks) > TOGETHER:
            return None
        with system.database.connect() as connection:
            return [
                ChunkResult(retained=len(chunk.keys))
                if chunk.plan.treatment is Treatment.RETAIN
                else erase_rows(system, connection, chunk)
                for chunk in chunks
            ]

    # --- correcting ------------------------------------------------------------------------------
    def correctable(self) -> tuple[str, ...]:
        return categories_to_correct(self._fitting())

    def plan_correction(self, person: Person, wish: Wish, *, now: dt.datetime) -> HandlerPlan:
        return plan_correction(self._fitting(), person, wish, local_today(now))

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again on other ways than those of the plan: see `proving`."""
        due, _ = self._due(person, frozen, clock.now())
        return [
            Residual(name, "rows of the person", "found beyond the approved plan", SUPPLEMENT, len(rows))
            for name, rows in due.items()
        ]

    def plan_beyond(self, person: Person, plan: HandlerPlan, approved: HandlerPlan, *, now: dt.datetime) -> HandlerPlan:
        """By the ways of the proof, too: once their owner is blank, no other leads to rows that came later."""
        due, system = self._due(person, approved, now)
        planned = {(table.table, key) for table in plan.tables for key in table.keys}
        found = {
            name: {key: row for key, row in due.get(name, {}).items() if (name, key_text(key)) not in planned}
            for name in system.order
        }
        more = plan_rows(system, found, person, local_today(now))
        tables = sorted((*plan.tables, *more), key=lambda table: system.order.index(table.table))
        with system.database.connect() as connection:
            tables, problems = hold_back(system, connection, tables)
        return dataclasses.replace(plan, tables=tuple(tables), problems=(*plan.problems, *problems))

    def _due(self, person: Person, approved: HandlerPlan, now: dt.datetime) -> tuple[Due, MappedSystem]:
        known = self._fitting()
        with known.database.connect() as connection:
            system = read_anew(known, connection)
            return Proof(system, connection, person, approved, local_today(now)).due(), system


@lru_cache(maxsize=64)
def _problems_of(mapped: MappedSystem) -> tuple[str, ...]:
    return tuple(find_problems(mapped))

"""One chunk of an approved erasure: lock, ask the guards again, look, then act, in the transaction of the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.asking import overwrite
from privacy.connectors.database import Row, among, table_of
from privacy.connectors.foreign_keys import holding_themselves, pointed_at
from privacy.connectors.planning import children_first, decide, guard_name, key_parts, key_text, local_today
from privacy.connectors.searching import Search
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Chunk,
    ChunkResult,
    HandlerUnavailable,
    Residual,
    TablePlan,
    Treatment,
)
from privacy.personal_data.guards import held_rows

Rows = Mapping[str, Row]


def erase_rows(system: MappedSystem, connection: Connection, chunk: Chunk) -> ChunkResult:
    """Rows that are gone or blank already count as done by an earlier attempt."""
    name = chunk.plan.table
    search = Search(system, connection, system.columns_for_erasure)
    rows = _lock(search, chunk)
    held = held_rows(None, guard_name(system, name), list(rows)) if rows else {}
    free = {key: row for key, row in rows.items() if key not in held}
    waiting = _waiting_for_children(search, name, free, chunk.plan.keys)
    is_delete = chunk.plan.treatment is Treatment.DELETE
    if is_delete and free:
        waiting |= pointed_at(system, connection, name, list(free), chunk.plan.keys)
    free = {key: row for key, row in free.items() if key not in waiting}
    if is_delete:
        done, blank = _delete(system, connection, name, free), 0
    else:
        done, blank = _blank(system, connection, chunk.plan, free)
    residuals = [
        Residual(name, hold.reason, hold.ground, "legal", rows=1, until=hold.review_on) for hold in held.values()
    ]
    if waiting:
        why = "they came after the approval, or are held"
        residuals.append(Residual(name, "rows that belong to it", why, SUPPLEMENT, len(waiting)))
    return ChunkResult(
        removed=done if is_delete else 0,
        anonymized=0 if is_delete else done,
        retained=len(held),
        already_done=len(chunk.keys) - len(rows) + blank,
        residuals=tuple(residuals),
    )


def refusal_to_write(system: MappedSystem, tables: Sequence[TablePlan]) -> str:
    """Why one of these could not be carried out as far as rights go; empty where all could. Changes nothing: the
    statements that ask name no row."""
    going = {
        (table.table, table.treatment) for table in tables if table.treatment is not Treatment.RETAIN and table.keys
    }
    if system.database.dialect == "sqlite":
        return "" if not going or system.database.is_writable_file() else "the database is read-only"
    for name, treatment in sorted(going):
        columns = tuple(system.rules(name)) or system.keys[name]
        table = table_of(name, columns)
        statement: Any = sa.delete(table)
        if treatment is not Treatment.DELETE:
            statement = sa.update(table).values({table.c[column]: table.c[column] for column in columns})
        try:
            with system.database.connect() as connection:
                connection.execute(statement.where(sa.literal_column("1") == sa.literal_column("0")))
        except HandlerUnavailable as error:
            return f"{name}: {error}"
    return ""


def _lock(search: Search, chunk: Chunk) -> dict[str, Row]:
    """The rows of the chunk that are still there, locked where the database can."""
    system, name = search.system, chunk.plan.table
    keys = [key_parts(system, name, text) for text in chunk.keys]
    if system.database.dialect != "sqlite" and keys:
        table = search.table(name)
        columns = [table.c[column] for column in system.keys[name]]
        wanted = among(columns, [system.typed_key(name, key) for key in keys])
        search.connection.execute(sa.select(*columns).where(wanted).order_by(*columns).with_for_update()).all()
    return {key_text(system.key_of(name, row)): row for page in search.by_keys(name, keys) for row in page}


def _waiting_for_children(search: Search, name: str, rows: Rows, approved: Sequence[str]) -> set[str]:
    """The rows that own rows which came after the approval. They wait: once they are blank, the search could not
    find those any more."""
    system, waiting = search.system, set[str]()
    today = local_today(clock.now())
    for edge in system.graph.ways_from(name):
        if not edge.owns or system.order.index(edge.target) > system.order.index(name):
            continue  # in a circle, or after `erase_after`, the owner's turn comes first
        planned = set(approved) if edge.target == name else set()
        owners = {tuple(str(row[c]) for c in edge.source_columns): key for key, row in rows.items()}
        for page in search.along(edge, [dict(row) for row in rows.values()]):
            fresh = [
                row for row in page if decide(system, edge.target, row, today)[0].treatment is not Treatment.RETAIN
            ]
            keys = [key_text(system.key_of(edge.target, row)) for row in fresh]
            held = held_rows(None, guard_name(system, edge.target), keys) if keys else {}
            for row, key in zip(fresh, keys, strict=True):
                owner = owners.get(tuple(str(row[c]) for c in edge.target_columns))
                if (
                    owner
                    and key not in held
                    and key not in planned
                    and _same_person(system, name, rows[owner], edge.target, row)
                ):
                    waiting.add(owner)
    return waiting


def _same_person(
    system: MappedSystem, owner: str, owner_row: Mapping[str, Any], name: str, row: Mapping[str, Any]
) -> bool:
    """Whether a row may be its owner's: it carries no identifier, or one of its owner's."""
    theirs = {str(row[c]).strip().lower() for c in system.collection(name).identities if row[c]}
    known = {str(owner_row[c]).strip().lower() for c in system.collection(owner).identities if owner_row[c]}
    return not theirs or not known or bool(theirs & known)


def _delete(system: MappedSystem, connection: Connection, name: str, rows: Rows) -> int:
    table = table_of(name, system.keys[name])
    _let_go_of_themselves(system, connection, name, rows)
    return sum(
        connection.execute(sa.delete(table).where(_is_row(system, table, name, row))).rowcount
        for _, row in children_first(system, name, rows)
    )


def _let_go_of_themselves(system: MappedSystem, connection: Connection, name: str, rows: Rows) -> None:
    for link in holding_themselves(system, name):
        table = table_of(name, tuple({*system.keys[name], *link.columns, *link.target_columns}))
        itself = [table.c[own] == table.c[other] for own, other in zip(link.columns, link.target_columns, strict=True)]
        nothing = {table.c[column]: None for column in link.columns}
        for row in rows.values():
            connection.execute(sa.update(table).where(_is_row(system, table, name, row), *itself).values(nothing))


def _blank(system: MappedSystem, connection: Connection, plan: TablePlan, rows: Rows) -> tuple[int, int]:
    """How many rows were overwritten, and how many were blank already."""
    if gone := set(plan.fields) - set(system.rules(plan.table)):
        raise HandlerUnavailable(f"its data map no longer blanks {plan.table}.{min(gone)}, which was approved")
    table = table_of(plan.table, tuple(system.live[plan.table].columns))
    pending = [(row, system.pending(plan.table, row, plan.fields)) for row in rows.values()]
    changes = [(row, change) for row, change in pending if change]
    overwrite(connection, table, system.keys[plan.table], changes)
    return len(changes), len(pending) - len(changes)


def _is_row(system: MappedSystem, table: Any, name: str, row: Mapping[str, Any]) -> Any:
    return sa.and_(*(table.c[column] == row[column] for column in system.keys[name]))

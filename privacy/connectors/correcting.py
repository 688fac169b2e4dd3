"""Correct values in an outside database: the cells of one category in the rows of one person.

Rows that stay under a rule or a legal hold are left as they are: a document says what it said. Keys and columns that
link tables are left alone, and so is what the map calls read only.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from privacy.connectors.database import table_of
from privacy.connectors.planning import decide, held_of, key_parts, key_text
from privacy.connectors.searching import Key, Search
from privacy.connectors.systems import MappedSystem
from privacy.personal_data.contract import Action, Chunk, ChunkResult, HandlerPlan, Person, TablePlan, Treatment, Wish
from privacy.personal_data.guards import Held

# What a person can be wrong about to us. Never credentials, keys, behavior or amounts.
CORRECTABLE = (
    "user.name",
    "user.contact",
    "user.demographic",
    "user.job_title",
    "user.organization",
    "user.workplace",
    "user.social",
)
AS_IT_WAS = "A document or record that stays as it was written."


def categories_to_correct(system: MappedSystem) -> tuple[str, ...]:
    """Every category of the map that names a column which can be changed."""
    found = {
        category
        for name in system.order
        for column, one in system.collection(name).fields.items()
        if _may_change(system, name, column)
        for category in one.own_categories
        if category.startswith(CORRECTABLE)
    }
    return tuple(sorted(found))


def plan_correction(system: MappedSystem, person: Person, wish: Wish, today: dt.date) -> HandlerPlan:
    """Which rows would change, table by table, and what stands there now."""
    columns = {name: _columns(system, name, wish.category) for name in system.order}
    wanted = {name: found for name, found in columns.items() if found}
    if not wanted:
        return HandlerPlan(system.key, Action.RECTIFY)
    if problems := _problems(system, wanted, wish):
        return HandlerPlan(system.key, Action.RECTIFY, problems=tuple(problems))
    with system.database.connect() as connection:
        finding = Search(system, connection, lambda name: _needed(system, name, columns)).run(person)
    rows = {
        name: {
            key: row
            for key, row in finding.of(name).items()
            if key not in finding.shared.get(name, set()) and any(wish.concerns(row[column]) for column in found)
        }
        for name, found in wanted.items()
    }
    held = held_of(system, rows, person)
    tables = [
        part
        for name, found in wanted.items()
        for part in _tables(name, found, rows[name], _kept(system, name, rows[name], held[name], today))
    ]
    return HandlerPlan(system.key, Action.RECTIFY, tuple(tables))


def _kept(
    system: MappedSystem, name: str, rows: Mapping[Key, Mapping[str, Any]], held: Mapping[str, Held], today: dt.date
) -> set[Key]:
    """The rows that a legal hold or a rule of the systems file keeps as they are."""
    return {
        key
        for key, row in rows.items()
        if key_text(key) in held or decide(system, name, row, today)[0].ground not in {"", "not_personal"}
    }


def _tables(
    name: str, columns: tuple[str, ...], rows: Mapping[Key, Mapping[str, Any]], kept: set[Key]
) -> list[TablePlan]:
    going = {key: row for key, row in rows.items() if key not in kept}
    old = dict.fromkeys(str(row[column]) for row in going.values() for column in columns if row[column] is not None)
    parts = [
        TablePlan(name, Treatment.UPDATE, tuple(key_text(key) for key in going), fields=columns, old=tuple(old)),
        TablePlan(name, Treatment.RETAIN, tuple(key_text(key) for key in kept), note=AS_IT_WAS),
    ]
    return [part for part in parts if part.keys]


def correct_rows(system: MappedSystem, chunk: Chunk) -> ChunkResult:
    """One transaction of the outside database: look again, then write what is still wrong."""
    wish, name, changed = Wish(**chunk.values), chunk.plan.table, 0
    table = table_of(name, tuple(system.live[name].columns))
    columns = [column for column in chunk.plan.fields if column in _columns(system, name, wish.category)]
    with system.database.connect() as connection:
        search = Search(system, connection, lambda each: _needed(system, each, {name: tuple(columns)}))
        keys = [key_parts(system, name, text) for text in chunk.keys]
        for page in search.by_keys(name, keys):
            for row in page:
                wrong = [column for column in columns if wish.concerns(row[column])]
                if wrong:
                    is_row = sa.and_(*(table.c[column] == row[column] for column in system.keys[name]))
                    connection.execute(sa.update(table).where(is_row).values(dict.fromkeys(wrong, wish.new)))
                    changed += 1
    return ChunkResult(changed=changed, already_done=len(chunk.keys) - changed)


def _columns(system: MappedSystem, name: str, category: str) -> tuple[str, ...]:
    fields = system.collection(name).fields
    if not category.startswith(CORRECTABLE):
        return ()
    return tuple(
        column for column, one in fields.items() if category in one.own_categories and _may_change(system, name, column)
    )


def _may_change(system: MappedSystem, name: str, column: str) -> bool:
    fixed = {*system.keys[name], *system.graph.linking_columns(name)}
    field = system.collection(name).fields[column]
    live = system.live[name].columns.get(column) if name in system.live else None
    return (column not in fixed or bool(field.identity)) and not field.is_read_only and bool(live and live.kind is str)


def _problems(system: MappedSystem, wanted: Mapping[str, tuple[str, ...]], wish: Wish) -> list[str]:
    return [
        f"{name}.{column} holds {length} characters: correct it there, or choose a shorter value."
        for name, columns in wanted.items()
        for column in columns
        if (length := system.live[name].columns[column].length) and len(wish.new) > length
    ]


def _needed(system: MappedSystem, name: str, columns: Mapping[str, tuple[str, ...]]) -> set[str]:
    return system.columns_for_erasure(name) | set(columns.get(name, ()))

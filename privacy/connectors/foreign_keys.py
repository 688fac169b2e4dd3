"""What the foreign keys of the live schema mean for an erasure, also those that no map knows.

Three moments: when a map is checked (`link_problems`), when a plan is made (`hold_back`, `unmapped_pointers`), and
just before rows go (`pointed_at`). A database that deletes along takes nothing that the plan does not show.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.asking import read_among
from privacy.connectors.blanking import effective
from privacy.connectors.database import PAGE, Row, among, table_of
from privacy.connectors.live_schema import ForeignKey
from privacy.connectors.planning import key_parts, key_text
from privacy.connectors.searching import Finding
from privacy.connectors.systems import MappedSystem
from privacy.personal_data.contract import Residual, TablePlan, Treatment

KEEPS_ROWS = {"SET NULL", "SET DEFAULT"}
HOLDS_ITSELF = {"mysql", "mariadb"}  # a row there that points at itself cannot be deleted before it lets go
STAYS = "Rows that stay point at these: {why}"


# --- when a map is checked ---------------------------------------------------------------------------
def link_problems(system: MappedSystem) -> Iterator[str]:
    """Sentences about what a foreign key would refuse, or would do beyond the plan."""
    for name in sorted(system.deleted):
        if system.policies.retained(name):
            yield (
                f"{name}: its rows are deleted, and retain keeps some of them. Write null or a constant under "
                "erase instead of delete."
            )
    yield from _circles(system)
    for link in system.foreign_keys:
        if link.target in system.deleted:
            yield from _deleting(system, link)
        yield from _overwriting(system, link)


def _deleting(system: MappedSystem, link: ForeignKey) -> Iterator[str]:
    place = f"{link.table}.{', '.join(link.columns)}"
    if link.table in system.deleted:
        order = system.order
        forbids = link.on_delete not in {*KEEPS_ROWS, "CASCADE"}
        if forbids and link.table != link.target and order.index(link.table) > order.index(link.target):
            yield (
                f"{link.target}: its rows are deleted before those of {link.table}, and {place} points at them and "
                "forbids it. Add this reference to the map, or mend erase_after."
            )
        return
    if link.on_delete in KEEPS_ROWS:
        if link.on_delete == "SET DEFAULT" or _may_be_null(system, link):
            return
        what = "becomes NULL, which it may not"
    else:
        what = "would be deleted along" if link.on_delete == "CASCADE" else "forbids it"
    yield (
        f"{link.target}: its rows are deleted, but {place} points at them and {what}. "
        f"Delete {link.table} too, or blank {link.target} instead of deleting it."
    )


def _may_be_null(system: MappedSystem, link: ForeignKey) -> bool:
    live = system.live.get(link.table) or system.database.describe([link.table]).get(link.table)
    return live is None or all(live.columns[column].is_nullable for column in link.columns)


def _overwriting(system: MappedSystem, link: ForeignKey) -> Iterator[str]:
    """A value that is written where a foreign key looks must still lead somewhere."""
    for column, rule in _blanked(system, link.table).items():
        if column in link.columns and effective(rule, system.column(link.table, column)).kind != "null":
            yield (
                f"{link.table}.{column} points at {link.target}, and what would be written there leads nowhere. "
                f"Write null or delete under erase, or give the field a reference to {link.target} so that it stays."
            )
    for column in _blanked(system, link.target):
        if column not in link.target_columns or link.table in system.deleted or link.table == link.target:
            continue
        what = "would be changed along" if link.on_update in {"CASCADE", *KEEPS_ROWS} else "forbids it"
        yield (
            f"{link.target}.{column} is overwritten, but {link.table}.{', '.join(link.columns)} points at it and "
            f"{what}. Delete the rows of {link.table}, or call {link.target}.{column} read_only."
        )


def _blanked(system: MappedSystem, name: str) -> Mapping[str, Any]:
    if name not in system.datamap.collections or name in system.deleted or name not in system.live:
        return {}
    fixed = system.read_only(name)
    return {column: rule for column, rule in system.rules(name).items() if column not in fixed}


def _circles(system: MappedSystem) -> Iterator[str]:
    """Tables that point at each other in a circle cannot be deleted one after another."""
    links: dict[str, set[str]] = {name: set() for name in sorted(system.deleted)}
    for link in system.foreign_keys:
        is_inside = {link.table, link.target} <= links.keys() and link.table != link.target
        if is_inside and link.on_delete not in {*KEEPS_ROWS, "CASCADE"}:
            links[link.target].add(link.table)
    try:
        TopologicalSorter(links).prepare()
    except CycleError as error:
        yield (
            f"{' → '.join(error.args[1])}: their rows are deleted and point at each other in a circle. "
            "Blank one of them instead."
        )


# --- when a plan is made -----------------------------------------------------------------------------
def hold_back(
    system: MappedSystem, connection: Connection, tables: Sequence[TablePlan]
) -> tuple[list[TablePlan], list[str]]:
    """The plan without deleting what rows point at that a legal hold keeps: those rows are held with them. Where rows
    point at them for another reason nothing can be planned; the sentences say why."""
    problems: list[str] = []
    done: list[TablePlan] = []
    for table in tables:
        if table.treatment is not Treatment.DELETE:
            done.append(table)
            continue
        blocked: dict[str, TablePlan] = {}
        for link in _links_to(system, table.table):
            if link.on_delete in KEEPS_ROWS:
                continue
            going = {key for each in tables if _deletes(each, link.table) for key in each.keys}
            held = {key: each for each in done if each.table == link.table and each.is_held for key in each.keys}
            pointers = list(_pointers(system, connection, link, table.keys))
            strange = [key for key, _ in pointers if key not in going and key not in held]
            if strange:
                problems.append(
                    f"{table.table}: {len(strange)} rows of {link.table} that this erasure does not delete point at "
                    "its rows. They are somebody else's, or the map leads nobody to them: a person decides."
                )
            blocked |= {target: held[key] for key, target in pointers if key in held}
            is_own = link.table == table.table and link.on_delete != "CASCADE"
            if is_own and (circle := _circle(pointers)):
                problems.append(f"{table.table}: {circle} rows point at each other in a circle. Blank them instead.")
            if link in holding_themselves(system, table.table) and not _may_be_null(system, link):
                alone = sum(key == target for key, target in pointers)
                problems += [f"{table.table}: {alone} rows point at themselves. Blank them instead."] if alone else []
        free = tuple(key for key in table.keys if key not in blocked)
        done += [replace(table, keys=free)] if free else []
        for hold in {id(each): each for each in blocked.values()}.values():
            keys = tuple(key for key, its in blocked.items() if its is hold)
            done.append(replace(hold, table=table.table, keys=keys, note=STAYS.format(why=hold.note)[:300]))
    return done, list(dict.fromkeys(problems))


def holding_themselves(system: MappedSystem, name: str) -> list[ForeignKey]:
    """The foreign keys by which a row of the table can stand in the way of its own deletion."""
    if system.database.dialect not in HOLDS_ITSELF:
        return []
    return [
        link
        for link in system.foreign_keys
        if link.table == link.target == name and link.on_delete not in {*KEEPS_ROWS, "CASCADE"}
    ]


def _deletes(table: TablePlan, name: str) -> bool:
    return table.table == name and table.treatment is Treatment.DELETE


def _circle(pointers: Sequence[tuple[str, str]]) -> int:
    below: dict[str, set[str]] = {}
    for key, target in pointers:
        below.setdefault(target, set()).update({key} - {target})
    try:
        TopologicalSorter(below).prepare()
    except CycleError as error:
        return len(set(error.args[1]))
    return 0


def unknown_links(system: MappedSystem) -> list[ForeignKey]:
    """The foreign keys into tables of the map that are no reference of it."""
    known = {(edge.source, frozenset(edge.source_columns)) for edge in system.graph.edges}
    known |= {(edge.target, frozenset(edge.target_columns)) for edge in system.graph.edges}
    return [
        link
        for link in system.foreign_keys
        if link.target in system.datamap.collections
        and link.table != link.target
        and (link.table, frozenset(link.columns)) not in known
    ]


def unmapped_pointers(system: MappedSystem, connection: Connection, finding: Finding) -> list[Residual]:
    """Rows behind foreign keys that the map does not know: they may tell of the person, and nobody goes there."""
    residuals = []
    for link in unknown_links(system):
        if not (rows := finding.of(link.target)):
            continue
        table = table_of(link.table, link.columns)
        targets = link.target_columns or system.keys[link.target]
        if set(targets) - set(next(iter(rows.values()))):
            continue  # it points at columns that the search does not read
        values = [tuple(row[column] for column in targets) for row in rows.values()]
        count = sum(
            connection.execute(
                sa.select(sa.func.count())
                .select_from(table)
                .where(among([table.c[column] for column in link.columns], values[start : start + PAGE]))
            ).scalar_one()
            for start in range(0, len(values), PAGE)
        )
        if count:
            what = f"rows that point at {link.target}"
            residuals.append(Residual(link.table, what, "the map does not lead there", "owner of the system", count))
    return residuals


# --- just before rows go -----------------------------------------------------------------------------
def pointed_at(
    system: MappedSystem, connection: Connection, name: str, keys: Sequence[str], approved: Sequence[str]
) -> set[str]:
    """Those of these rows at which rows still point that should be gone by now: a hold keeps them, or they are new."""
    found: set[str] = set()
    for link in _links_to(system, name):
        if link.on_delete in KEEPS_ROWS or system.order.index(link.table) > system.order.index(name):
            continue
        planned = set(approved) if link.table == name else set()
        found |= {target for key, target in _pointers(system, connection, link, keys) if key not in planned}
    return found


def _links_to(system: MappedSystem, name: str) -> list[ForeignKey]:
    return [link for link in system.foreign_keys if link.target == name and link.table in system.datamap.collections]


def _pointers(
    system: MappedSystem, connection: Connection, link: ForeignKey, keys: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Key of a row that points, key of the row of `keys` that it points at."""
    targets = link.target_columns or system.keys[link.target]
    here = table_of(link.target, sorted({*system.keys[link.target], *targets}))
    there = table_of(link.table, sorted({*system.keys[link.table], *link.columns}))
    for start in range(0, len(keys), PAGE):
        typed = [
            system.typed_key(link.target, key_parts(system, link.target, key)) for key in keys[start : start + PAGE]
        ]
        rows = list(_read(connection, here, system.keys[link.target], typed, system.keys[link.target]))
        owners = {_text(row, targets): key_text(system.key_of(link.target, row)) for row in rows}
        values = [value for row in rows if None not in (value := tuple(row[column] for column in targets))]
        if not values:
            continue
        for row in _read(connection, there, link.columns, values, system.keys[link.table]):
            if (owner := owners.get(_text(row, link.columns))) is not None:
                yield key_text(system.key_of(link.table, row)), owner


def _read(
    connection: Connection, table: Any, columns: tuple[str, ...], values: Sequence[Sequence[Any]], keys: tuple[str, ...]
) -> Iterator[Row]:
    for page in read_among(connection, table, keys, columns, values):
        yield from page


def _text(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in columns)

"""Legal holds at the time of a run, for systems outside our transaction.

Our own tables ask the guards inside the deleting transaction. An outside system cannot tell whom a row is
about, and a hold may be younger than the approval: so the person's holds are asked just before each chunk
is sent, and what they name is left out and answered as retained. Between asking and the other system's
commit lies one call; a hold that is placed in that moment finds the rows of that one chunk gone.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from privacy.personal_data.contract import Chunk, HandlerPlan, Person, Residual, TablePlan, Treatment
from privacy.personal_data.guards import Held, held_among


def free_of_holds(person: Person, handler: str, chunks: Sequence[Chunk]) -> list[tuple[Chunk, tuple[Residual, ...]]]:
    """Each chunk without the rows that a hold names, and what to say about those; in one question."""
    held = _held(person, handler, [(chunk.plan, chunk.keys) for chunk in chunks])
    return [_free(chunk, held.get(chunk.plan.table, {})) for chunk in chunks]


def _free(chunk: Chunk, held_there: Mapping[str, Held]) -> tuple[Chunk, tuple[Residual, ...]]:
    held = {key: held_there[key] for key in chunk.keys if key in held_there}
    if not held or chunk.plan.treatment is Treatment.RETAIN:
        return chunk, ()
    keys = tuple(key for key in chunk.keys if key not in held)
    # Other rows are another chunk: a system that deduplicates must not take it for the whole one.
    free = dataclasses.replace(chunk, keys=keys, idem_key=f"{chunk.idem_key}:{len(keys)}")
    return free, _said(chunk.plan.table, held)


def keeping_held(person: Person, handler: str, plan: HandlerPlan) -> HandlerPlan:
    """The approved plan as it stands under today's holds: what is held is retained, and verified as such."""
    tables: list[TablePlan] = []
    held_anywhere = _held(person, handler, [(table, table.keys) for table in plan.tables])
    for table in plan.tables:
        held = {}
        if table.treatment is not Treatment.RETAIN and (held_there := held_anywhere.get(table.table)):
            held = {key: held_there[key] for key in table.keys if key in held_there}
        tables.append(dataclasses.replace(table, keys=tuple(key for key in table.keys if key not in held)))
        for hold in dict.fromkeys(held.values()):
            keys = tuple(key for key, its in held.items() if its == hold)
            tables.append(
                TablePlan(
                    table.table,
                    Treatment.RETAIN,
                    keys,
                    ground=hold.ground,
                    until=hold.review_on,
                    note=hold.reason,
                    is_held=True,
                )
            )
    return dataclasses.replace(plan, tables=tuple(tables))


def _held(person: Person, handler: str, asked: Iterable[tuple[TablePlan, Sequence[str]]]) -> dict[str, dict[str, Held]]:
    """What is held among these rows, by table. Holds name a table of an outside system with its system:
    "shop.orders"."""
    keys: dict[str, list[str]] = {}
    for table, some in asked:
        if some and table.treatment is not Treatment.RETAIN:
            keys.setdefault(table.table, []).extend(some)
    held = held_among(person, {f"{handler}.{table}": some for table, some in keys.items()}) if keys else {}
    return {table: held[f"{handler}.{table}"] for table in keys}


def _said(table: str, held: Mapping[str, Held]) -> tuple[Residual, ...]:
    return tuple(
        Residual(table, hold.reason, hold.ground, "legal", rows=list(held.values()).count(hold), until=hold.review_on)
        for hold in dict.fromkeys(held.values())
    )

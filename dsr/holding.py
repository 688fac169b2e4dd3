"""Legal holds at the time of a run, for systems outside our transaction.

Our own tables ask the guards inside the deleting transaction. An outside system cannot tell whom a row is
about, and a hold may be younger than the approval: so the person's holds are asked just before each chunk
is sent, and what they name is left out and answered as retained. Between asking and the other system's
commit lies one call; a hold that is placed in that moment finds the rows of that one chunk gone.
"""

import dataclasses
from collections.abc import Sequence

from privacy.personal_data.contract import Chunk, HandlerPlan, Person, Residual, TablePlan, Treatment
from privacy.personal_data.guards import Held, held_rows


def free_of_holds(person: Person, handler: str, chunk: Chunk) -> tuple[Chunk, tuple[Residual, ...]]:
    """The chunk without the rows that a hold names, and what to say about those."""
    if chunk.plan.treatment is Treatment.RETAIN:
        return chunk, ()
    held = _held(person, handler, chunk.plan.table, chunk.keys)
    if not held:
        return chunk, ()
    keys = tuple(key for key in chunk.keys if key not in held)
    # Other rows are another chunk: a system that deduplicates must not take it for the whole one.
    free = dataclasses.replace(chunk, keys=keys, idem_key=f"{chunk.idem_key}:{len(keys)}")
    return free, _said(chunk.plan.table, held)


def keeping_held(person: Person, handler: str, plan: HandlerPlan) -> HandlerPlan:
    """The approved plan as it stands under today's holds: what is held is retained, and verified as such."""
    tables: list[TablePlan] = []
    for table in plan.tables:
        held = {}
        if table.treatment is not Treatment.RETAIN:
            held = _held(person, handler, table.table, table.keys)
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


def _held(person: Person, handler: str, table: str, keys: Sequence[str]) -> dict[str, Held]:
    """Holds name a table of an outside system with its system: "shop.orders"."""
    return held_rows(person, f"{handler}.{table}", keys) if keys else {}


def _said(table: str, held: dict[str, Held]) -> tuple[Residual, ...]:
    return tuple(
        Residual(table, hold.reason, hold.ground, "legal", rows=list(held.values()).count(hold), until=hold.review_on)
        for hold in dict.fromkeys(held.values())
    )

"""Note what an erasure keeps, and have it looked at when its day comes or its hold is released."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from dsr.freezing import freeze, thaw
from dsr.grounds import GROUNDS
from dsr.models import Step, SubjectRequest
from dsr.retained.models import RetainedSet, SetState
from privacy.jobs.services import enqueue
from privacy.kernel import clock
from privacy.kernel.canonical import digest
from privacy.personal_data.contract import Action, HandlerPlan, Person, TablePlan, Treatment
from privacy.personal_data.declaring import declarations
from privacy.personal_data.guards import held_rows
from privacy.policy.board import is_on

KIND = "dsr.erase_retained"
PAGE = 200


def note_retained(
    *,
    subject_request: SubjectRequest,
    person: Person,
    steps: Iterable[Step],
    approved: Mapping[str, HandlerPlan],
    now: dt.datetime,
) -> list[RetainedSet]:
    """Keep a record of every set of rows that stays although it would go once its reason ends.

    Call it in the transaction that closes the case. What says nothing about the person any more is no such set,
    nor are rows of ours that are evidence: those have an end of their own.
    """
    by_handler: dict[str, list[Step]] = {}
    for step in steps:
        by_handler.setdefault(step.handler, []).append(step)  # a supplementary run asks the same handler again
    found = [
        (group[0], table, rows)
        for handler, group in by_handler.items()
        for table, rows in _kept_tables(person, group, approved[handler])
    ]
    return RetainedSet.objects.bulk_create(
        RetainedSet(
            subject_request=subject_request,
            position=position,
            handler=step.handler,
            system=step.system,
            label=step.label,
            table=table.table,
            rows=rows,
            ground=table.ground,
            until=table.until,
            is_held=table.is_held,
            frozen=freeze(person, [HandlerPlan(step.handler, Action.ERASE, (table,))]),
            created_at=now,
            is_demo=subject_request.is_demo,
        )
        for position, (step, table, rows) in enumerate(found)
    )


def _kept_tables(person: Person, steps: list[Step], approved: HandlerPlan) -> Iterator[tuple[TablePlan, int]]:
    """What stays of one handler, with its number of rows: kept by the plan, or by a hold that is younger than it."""
    declared = declarations.get(steps[0].handler)
    for table in approved.tables:
        if table.treatment is Treatment.RETAIN:
            goes = declared is None or table.is_held or declared.on_erase.goes
            if table.ground in GROUNDS and table.keys and goes:
                yield table, table.rows
            continue
        if late := _held_since(steps, table.table):
            yield _held_table(person, steps[0], table, late), sum(int(line["rows"]) for line in late)
        if table.kept_fields and table.keys:
            yield table, table.rows


def _held_since(steps: list[Step], table: str) -> list[dict[str, Any]]:
    """What holds kept of a table although it was approved to go, as the steps noted it."""
    lines = [line for step in steps for line in step.left_over]
    return [line for line in lines if line["table"] == table and line["why"] in GROUNDS]


def _held_table(person: Person, step: Step, table: TablePlan, late: list[dict[str, Any]]) -> TablePlan:
    """The rows that are held; where a hold was released since, all of the table: those that are gone do no harm."""
    name = table.table if step.system == "kept" else f"{step.handler}.{table.table}"
    held = held_rows(person, name, table.keys)
    is_same = len(held) == sum(int(line["rows"]) for line in late)
    until = max((dt.date.fromisoformat(line["until"]) for line in late if line["until"]), default=None)
    return TablePlan(
        table.table,
        Treatment.RETAIN,
        tuple(key for key in table.keys if key in held) if is_same else table.keys,
        ground=late[0]["why"],
        until=until,
        note=late[0]["what"],
        is_held=True,
    )


def due_sets(case_id: uuid.UUID, *, now: dt.datetime) -> list[RetainedSet]:
    """The sets of a case that nothing keeps any more: their day has passed, or no hold names all their rows."""
    rows = RetainedSet.objects.filter(subject_request_id=case_id, state=SetState.KEPT)
    return [row for row in rows.order_by("position", "id") if is_due(row, now=now)]


def is_due(row: RetainedSet, *, now: dt.datetime) -> bool:
    """Whether this set is to be looked at now."""
    if not row.is_held:
        return row.until is not None and row.until < clock.local_date(now, settings.KEPT_TIME_ZONE)
    person, (plan,) = thaw(row.frozen)
    keys = plan.tables[0].keys
    return set(held_rows(person, guarded_table(row), keys)) < set(keys)


def guarded_table(row: RetainedSet) -> str:
    """How legal holds name the table of a set."""
    return row.table if row.system == "kept" else f"{row.handler}.{row.table}"


def queue_due(*, now: dt.datetime) -> int:
    """Ask for work on every case with something due; how many. Asking twice on a day asks once."""
    if not is_on("dsr.retained_goes"):
        return 0
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    kept = RetainedSet.objects.filter(state=SetState.KEPT)
    found = {row.pk: row for row in _pages(kept.filter(is_held=False, until__lt=today))}
    found |= {row.pk: row for row in _pages(kept.filter(is_held=True)) if is_due(row, now=now)}
    by_case: dict[uuid.UUID, list[str]] = {}
    for row in found.values():
        by_case.setdefault(row.subject_request_id, []).append(str(row.pk))
    for case, sets in by_case.items():
        why = digest([today.isoformat(), *sorted(sets)])[:16]
        enqueue(KIND, idem_key=f"{KIND}:{case}:{why}", payload={"case": str(case)}, now=now)
    return len(by_case)


def _pages(rows: "QuerySet[RetainedSet]") -> Iterator[RetainedSet]:
    last: uuid.UUID | None = None
    ordered = rows.order_by("pk")
    while page := list((ordered if last is None else ordered.filter(pk__gt=last))[:PAGE]):
        yield from page
        last = page[-1].pk


def look_again(now: dt.datetime) -> None:
    """A hold was released: what it kept goes without waiting for the hour. Called in that transaction."""
    enqueue("dsr.find_retained", idem_key=f"dsr.find_retained:{clock.canonical(now)}", payload={}, now=now)

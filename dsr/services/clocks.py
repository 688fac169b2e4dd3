"""The clocks of a case: started at filing, counted again when something happens, never overwritten.

Everything counts from `received_at`, confirmed or not. What moves a clock (a question and its answer, an
extension) is a row of the history: a code and a date, read back as an event of the engine. A confirmation
by mailed link is none of them: it is asked of everybody, so it stops nothing.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from dsr.models import Clock, HistoryRow, RequestItem, SubjectRequest
from dsr.periods import RESPOND
from dsr.services.counting import Counted, Days, count_right, count_sub_clocks, days_of_case, freeze_law
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.deadlines import Deadline, Event
from privacy.kernel.deadlines.engine import IGNORED, KNOWN_EVENTS
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.ready import Ready
from privacy.kernel.statements import change_where
from privacy.policy.board import is_on

QUESTIONS = (
    ("identity_requested", "identity_confirmed"),
    ("clarification_requested", "clarification_received"),
    ("fee_requested", "fee_paid"),
    ("fee_notified", "fee_accepted"),
)

STARTED = "clocks_started"  # in the history
PROMPT_DAYS = 7  # a question is without undue delay when it is asked within a week; a later one stops no clock


def first_clocks(
    subject_request: SubjectRequest, items: Sequence[RequestItem], now: dt.datetime
) -> tuple[list[Clock], dict[str, Any]]:
    """One clock for each right asked for, counted from the day of receipt, with the sub-clocks; nothing is stored.

    Fixes law, promise and due days on the case; returns these values too.
    """
    fixed = freeze_law(subject_request)
    counted = items if is_on("dsr.clock_for_each_right") else items[:1]
    rows = [new_row(item, kind, one, 1, now) for item, kind, one in _count_all(subject_request, counted, ())]
    fixed |= _set_due_days(subject_request, [row for row in rows if row.kind == RESPOND])
    return rows, fixed


@transaction.atomic
def recompute_clocks(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> list[Clock]:
    """As `recompute_every_clock`; returns the new rows of the time to respond alone."""
    changed = recompute_every_clock(subject_request=subject_request, actor=actor, now=now)
    return [row for row in changed if row.kind == RESPOND]


@transaction.atomic
def recompute_every_clock(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Count again what is still to be answered, sub-clocks included; returns the new rows.

    A row is appended only where the count came out otherwise, and none for a case that has ended. Reminders
    go by the newest row, so a moved due date has reminders of its own.
    """
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state not in OPEN:
        return []
    events = events_of(locked)
    awaits = awaits_person([event.name for event in events])
    if awaits != locked.awaits_person:
        SubjectRequest.objects.filter(pk=locked.pk).update(awaits_person=awaits)
    in_force = {(row.item_id, row.kind): row for row in every_clock_in_force(locked)}
    changed = []
    for item, kind, counted in _count_all(locked, _undecided(locked), events):
        old = in_force.get((item.pk, kind))
        if old is None or (old.met_at is None and _differs(old, counted)):
            row = new_row(item, kind, counted, old.number + 1 if old else 1, now)
            row.save(force_insert=True)
            in_force[item.pk, kind] = row
            changed.append(row)
    if changed:
        due = _set_due_days(subject_request, [row for row in in_force.values() if row.kind == RESPOND])
        SubjectRequest.objects.filter(pk=subject_request.pk).update(**due)
        detail = f"{subject_request.due_on}"
        note_history(subject_request=subject_request, kind="clocks_recomputed", actor=actor, now=now, detail=detail)
    return changed


@transaction.atomic
def note_clock_event(
    *,
    subject_request: SubjectRequest,
    name: str,
    actor: Actor,
    now: dt.datetime,
    on: dt.date | None = None,
    marker: str = "",
) -> list[Clock]:
    """Note what may move the clocks, on the day it happened (`on`, today where nothing is said), and count
    again. `marker` "late" or "unjustified" makes a question void; one asked after `PROMPT_DAYS` is late by
    itself. Raises InvalidInput naming the field; DomainError for a case that has ended."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    day = on or today
    if name not in KNOWN_EVENTS:
        raise InvalidInput("Choose what happened.", field="name")
    if marker and marker not in IGNORED:
        raise InvalidInput("A question can be late or unjustified.", field="marker")
    if day > today:
        raise InvalidInput("This day is still to come.", field="on")
    if subject_request.state not in OPEN:
        raise DomainError("This request has ended, so no clock runs.", code="ended")
    if name in {"identity_requested", "clarification_requested"} and not _is_prompt(subject_request, day):
        marker = marker or "late"
    detail = f"{day} {marker}".strip()
    note_history(subject_request=subject_request, kind=name, actor=actor, now=now, detail=detail)
    return recompute_clocks(subject_request=subject_request, actor=actor, now=now)


def clocks_in_force(subject_request: SubjectRequest) -> list[Clock]:
    """The newest clock of each right asked for."""
    rows = Clock.objects.filter(item__subject_request=subject_request, kind=RESPOND).select_related("item")
    return list({row.item_id: row for row in rows.order_by("number")}.values())


def every_clock_in_force(subject_request: SubjectRequest) -> list[Clock]:
    """The newest clock of each right and kind, sub-clocks and appeals included."""
    rows = Clock.objects.filter(item__subject_request=subject_request).select_related("item")
    return list({(row.item_id, row.kind): row for row in rows.order_by("number")}.values())


RUNNING = Ready(
    lambda case, kind: Clock.objects.filter(item__subject_request_id=case, kind=kind, met_at__isnull=True).values_list(
        "pk", flat=True
    )
)


def meet_clocks(*, subject_request: SubjectRequest, kind: str, now: dt.datetime) -> int:
    """What the sub-clocks of this kind waited for has happened: they run no more. Returns how many stopped."""
    running = RUNNING.all(subject_request.pk, kind)
    return sum(change_where(Clock, {"id": each, "met_at": None}, met_at=now) for each in running)


def events_of(subject_request: SubjectRequest) -> tuple[Event, ...]:
    """What moved the clocks so far, read back from the history."""
    rows = HistoryRow.objects.filter(subject_request_id=subject_request.pk, kind__in=KNOWN_EVENTS)
    return tuple(event_of(row) for row in rows.order_by("at", "id"))


def would_be(subject_request: SubjectRequest, event: Event) -> list[tuple[RequestItem, Deadline]]:
    """How every undecided right would be counted if this happened too. Reads only."""
    events, days = (*events_of(subject_request), event), days_of_case(subject_request)
    items = _undecided(subject_request)
    return [(item, count_right(subject_request, item.right, events, days).deadline) for item in items]


def is_prompt_question(subject_request: SubjectRequest, now: dt.datetime) -> bool:
    """Whether a question asked now is asked without undue delay, so that it may stop a clock."""
    return _is_prompt(subject_request, clock.local_date(now, settings.KEPT_TIME_ZONE))


def _is_prompt(subject_request: SubjectRequest, day: dt.date) -> bool:
    received_on = clock.local_date(subject_request.received_at, settings.KEPT_TIME_ZONE)
    return (day - received_on).days <= PROMPT_DAYS


def is_waiting_for(subject_request: SubjectRequest, asked: str, answered: str) -> bool:
    """Whether a question is open: asked, and not answered since."""
    return is_open_in([event.name for event in events_of(subject_request)], asked, answered)


def awaits_person(names: Iterable[str]) -> bool:
    """Whether any question of ours is open after these events, in their order."""
    known = list(names)
    return any(is_open_in(known, asked, answered) for asked, answered in QUESTIONS)


def is_open_in(names: Iterable[str], asked: str, answered: str) -> bool:
    """Whether a question is open after these events, in their order."""
    of_it = [name for name in names if name in {asked, answered}]
    return bool(of_it) and of_it[-1] == asked


def event_of(row: HistoryRow) -> Event:
    """What moved a clock, as the history keeps it."""
    day, _, marker = row.detail.partition(" ")
    return Event(row.kind, dt.date.fromisoformat(day), marker)


def _items(subject_request: SubjectRequest) -> list[RequestItem]:
    return list(RequestItem.objects.filter(subject_request=subject_request).order_by("right"))


def _undecided(subject_request: SubjectRequest) -> list[RequestItem]:
    return [item for item in _items(subject_request) if item.decided_at is None]


def _count_all(
    case: SubjectRequest, items: Iterable[RequestItem], events: tuple[Event, ...]
) -> list[tuple[RequestItem, str, Counted]]:
    return count_every_clock(case, items, events, days_of_case(case))


def count_every_clock(
    case: SubjectRequest, items: Iterable[RequestItem], events: tuple[Event, ...], days: Days
) -> list[tuple[RequestItem, str, Counted]]:
    """Right, kind and count: the time to respond, and every sub-clock that a law names."""
    counted = []
    for item in items:
        counted.append((item, RESPOND, count_right(case, item.right, events, days)))
        counted += [(item, kind, one) for kind, one in count_sub_clocks(case, item.right, events, days).items()]
    return counted


def new_row(item: RequestItem, kind: str, counted: Counted, number: int, now: dt.datetime) -> Clock:
    """A count as the row that keeps it, not stored yet."""
    deadline, inputs = counted.deadline, counted.inputs
    return Clock(
        item=item,
        kind=kind,
        number=number,
        profile=inputs.regime,
        calendar=inputs.calendar,
        rule_version=deadline.rule_version,
        due_on=deadline.due_on,
        safe_on=deadline.safe_on,
        statute_on=deadline.statute_on,
        promise_on=deadline.promise_on,
        inputs=counted.inputs_text,
        steps=counted.steps_text,
        trace=counted.trace,
        computed_at=now,
    )


def _differs(old: Clock, counted: Counted) -> bool:
    return (old.inputs, old.trace, old.rule_version) != (
        counted.inputs_text,
        counted.trace,
        counted.deadline.rule_version,
    )


def _set_due_days(subject_request: SubjectRequest, clocks: Sequence[Clock]) -> dict[str, dt.date]:
    """The case is due when the first of its rights is that nobody has decided. Returns what is to be stored."""
    rows = [row for row in clocks if row.item.decided_at is None] or clocks
    due_on, safe_on = min(row.due_on for row in rows), min(row.safe_on for row in rows)
    subject_request.due_on, subject_request.safe_on = due_on, safe_on
    return {"due_on": due_on, "safe_on": safe_on}

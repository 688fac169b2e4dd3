"""The clocks of a case: started at filing, counted again when something happens, never overwritten.

Everything counts from `received_at`, confirmed or not. What moves a clock (a question and its answer, an
extension) is a row of the history: a code and a date, read back as an event of the engine. A confirmation
by mailed link is none of them: it is asked of everybody, so it stops nothing.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from dsr.models import Clock, HistoryRow, RequestItem, SubjectRequest
from dsr.periods import Period, period_for
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.deadlines import Deadline, Event, Inputs, compute_deadline
from privacy.kernel.deadlines.calendars import NONE
from privacy.kernel.deadlines.engine import IGNORED, KNOWN_EVENTS, PROMISE_DAYS
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.policy.board import is_on
from privacy.policy.selectors import current_version

RESPOND = "respond"
PROMPT_DAYS = 7  # a question is without undue delay when it is asked within a week; a later one stops no clock


@transaction.atomic
def start_clocks(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Start one clock for each right asked for, counted from the day of receipt. For a new case only."""
    items = _items(subject_request)
    counted = items if is_on("dsr.clock_for_each_right") else items[:1]
    clocks = [_append(item, _deadline(subject_request, item, ()), 1, now) for item in counted]
    _bring_up_to_date(subject_request, clocks)
    detail = f"{subject_request.due_on}"
    note_history(subject_request=subject_request, kind="clocks_started", actor=actor, now=now, detail=detail)
    return clocks


@transaction.atomic
def recompute_clocks(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Count again what is still to be answered; returns the new rows.

    A row is appended only where the count came out otherwise, and none for a case that has ended. Reminders
    go by the newest row, so a moved due date has reminders of its own.
    """
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state not in OPEN:
        return []
    events = events_of(locked)
    in_force = {row.item_id: row for row in clocks_in_force(locked)}
    changed = []
    for item in _items(locked):
        old = in_force.get(item.pk)
        counted = _deadline(locked, item, events)
        if item.decided_at is None and (old is None or _differs(old, counted)):
            in_force[item.pk] = _append(item, counted, old.number + 1 if old else 1, now)
            changed.append(in_force[item.pk])
    if changed:
        _bring_up_to_date(subject_request, in_force.values())
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


def events_of(subject_request: SubjectRequest) -> tuple[Event, ...]:
    """What moved the clocks so far, read back from the history."""
    rows = HistoryRow.objects.filter(subject_request_id=subject_request.pk, kind__in=KNOWN_EVENTS)
    return tuple(_event(row) for row in rows.order_by("at", "id"))


def would_be(subject_request: SubjectRequest, event: Event) -> list[tuple[RequestItem, Deadline]]:
    """How every undecided right would be counted if this happened too. Reads only."""
    events = (*events_of(subject_request), event)
    items = [item for item in _items(subject_request) if item.decided_at is None]
    return [(item, _deadline(subject_request, item, events)[0]) for item in items]


def is_prompt_question(subject_request: SubjectRequest, now: dt.datetime) -> bool:
    """Whether a question asked now is asked without undue delay, so that it may stop a clock."""
    return _is_prompt(subject_request, clock.local_date(now, settings.KEPT_TIME_ZONE))


def _is_prompt(subject_request: SubjectRequest, day: dt.date) -> bool:
    received_on = clock.local_date(subject_request.received_at, settings.KEPT_TIME_ZONE)
    return (day - received_on).days <= PROMPT_DAYS


def is_waiting_for(subject_request: SubjectRequest, asked: str, answered: str) -> bool:
    """Whether a question is open: asked, and not answered since."""
    names = [event.name for event in events_of(subject_request) if event.name in {asked, answered}]
    return bool(names) and names[-1] == asked


def _event(row: HistoryRow) -> Event:
    day, _, marker = row.detail.partition(" ")
    return Event(row.kind, dt.date.fromisoformat(day), marker)


def _items(subject_request: SubjectRequest) -> list[RequestItem]:
    return list(RequestItem.objects.filter(subject_request=subject_request).order_by("right"))


def _deadline(subject_request: SubjectRequest, item: RequestItem, events: tuple[Event, ...]) -> tuple[Deadline, Inputs]:
    """Count one right. Where the calendar does not reach, nothing is moved by holidays, which is earlier:
    a letter from long ago must not be turned away for it."""
    period = period_for(settings.KEPT_PROFILE, item.right)
    inputs = _inputs(subject_request, period, events)
    notes: tuple[str, ...] = (period.note,) if period.note else ()
    try:
        counted = compute_deadline(inputs)
    except InvalidInput as error:
        if error.field != "calendar":
            raise
        notes += (f"No holidays are known for that time in {inputs.calendar}, so no day was moved.",)
        inputs = dataclasses.replace(inputs, calendar=NONE)
        counted = compute_deadline(inputs)
    return dataclasses.replace(counted, trace=(*notes, *counted.trace)), inputs


def _inputs(subject_request: SubjectRequest, period: Period, events: tuple[Event, ...]) -> Inputs:
    return Inputs(
        regime=period.profile,
        kind=period.kind,
        received_at=subject_request.received_at,
        zone=settings.KEPT_TIME_ZONE,
        calendar=settings.KEPT_CALENDAR,
        events=events,
        flags=frozenset({"promise_30d"} if is_on("dsr.answer_in_time") else ()),
        promise_days=_promise_days(subject_request.received_at),
    )


def _promise_days(received_at: dt.datetime) -> int:
    """What the policy in force on the day of receipt promised."""
    try:
        return current_version(clock.local_date(received_at, settings.KEPT_TIME_ZONE)).response_days
    except NotFound:
        return PROMISE_DAYS


def _append(item: RequestItem, counted: tuple[Deadline, Inputs], number: int, now: dt.datetime) -> Clock:
    deadline, inputs = counted
    return Clock.objects.create(
        item=item,
        kind=RESPOND,
        number=number,
        profile=inputs.regime,
        calendar=inputs.calendar,
        rule_version=deadline.rule_version,
        due_on=deadline.due_on,
        safe_on=deadline.safe_on,
        statute_on=deadline.statute_on,
        promise_on=deadline.promise_on,
        inputs=_inputs_text(deadline, inputs),
        trace=" ".join(deadline.trace),
        computed_at=now,
    )


def _inputs_text(deadline: Deadline, inputs: Inputs) -> str:
    return canonical_json(
        {
            "profile": inputs.regime,
            "type": inputs.kind,
            "received_at": inputs.received_at,
            "timezone": inputs.zone,
            "calendar": deadline.calendar_version,
            "events": [[event.name, event.on.isoformat(), event.marker] for event in inputs.events],
            "flags": sorted(inputs.flags),
            "promise_days": inputs.promise_days,
        }
    )


def _differs(old: Clock, counted: tuple[Deadline, Inputs]) -> bool:
    return old.inputs != _inputs_text(*counted) or old.trace != " ".join(counted[0].trace)


def _bring_up_to_date(subject_request: SubjectRequest, clocks: Iterable[Clock]) -> None:
    """The case is due when the first of its rights is that nobody has decided."""
    rows = list(clocks)
    rows = [row for row in rows if row.item.decided_at is None] or rows
    due_on, safe_on = min(row.due_on for row in rows), min(row.safe_on for row in rows)
    SubjectRequest.objects.filter(pk=subject_request.pk).update(due_on=due_on, safe_on=safe_on)
    subject_request.due_on, subject_request.safe_on = due_on, safe_on

"""Count one right of a case: under every law that the case stands under, and the earliest day wins.

A second law can lower the time and never lengthen it. What each law said stands with the count.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from dsr.laws import Law, law_of_region, laws_of
from dsr.models import SubjectRequest
from dsr.periods import (
    REASK,
    SUB_CLOCKS,
    Period,
    appeal_notice_period_for,
    appeal_period_for,
    period_for,
    sub_period_for,
)
from dsr.timekeeping.selectors import NOTHING, LocalDays, local_days
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.deadlines import Deadline, Event, Inputs, compute_deadline
from privacy.kernel.deadlines.calendars import NONE
from privacy.kernel.deadlines.counting import say
from privacy.kernel.deadlines.engine import PROMISE_DAYS
from privacy.kernel.errors import InvalidInput
from privacy.policy.board import is_on
from privacy.policy.selectors import days_promised, in_force, today

Days = Mapping[str, LocalDays]


@dataclass(frozen=True, slots=True)
class Counted:
    """A deadline, what it was counted from, and what the other law said: profile, calendar, due, safe."""

    deadline: Deadline
    inputs: Inputs
    also: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def inputs_text(self) -> str:
        """The inputs as a clock keeps them."""
        return canonical_json(
            {
                "profile": self.inputs.regime,
                "type": self.inputs.kind,
                "received_at": self.inputs.received_at,
                "timezone": self.inputs.zone,
                "calendar": self.deadline.calendar_version,
                "events": [[event.name, event.on.isoformat(), event.marker] for event in self.inputs.events],
                "flags": sorted(self.inputs.flags),
                "promise_days": self.inputs.promise_days,
                "also": [list(row) for row in self.also],
            }
        )

    @property
    def steps_text(self) -> str:
        """The days on the way, as a clock keeps them."""
        steps = self.deadline.steps
        if steps is None:
            return "{}"
        return canonical_json(
            {
                "received_on": steps.received_on,
                "start_on": steps.start_on,
                "number": steps.number,
                "unit": steps.unit,
                "base_on": steps.base_on,
                "paused_days": steps.paused_days,
                "unrolled_on": steps.unrolled_on,
                "extended_on": steps.extended_on,
            }
        )

    @property
    def trace(self) -> str:
        """The sentences as a clock keeps them."""
        return " ".join(self.deadline.trace)


def freeze_law(subject_request: SubjectRequest) -> dict[str, Any]:
    """Fix law, calendar and policy of a new case on the instance; returns what is to be stored. The policy is that
    of today; what it promised counts by the day of receipt."""
    received_on = clock.local_date(subject_request.received_at, settings.KEPT_TIME_ZONE)
    residence = law_of_region(subject_request.region, received_on)
    fixed: dict[str, Any] = {
        "home_regime": subject_request.home_regime or settings.KEPT_PROFILE,
        "home_calendar": subject_request.home_calendar or settings.KEPT_CALENDAR,
    }
    fixed["regime"] = subject_request.regime or (residence.profile if residence else fixed["home_regime"])
    effective_on, promise_days = policy_of(on := today())
    fixed["policy_version"] = effective_on.isoformat() if effective_on else ""
    if subject_request.promise_days is None:
        fixed["promise_days"] = promise_days if received_on == on else promise_of(received_on)
    for name, value in fixed.items():
        setattr(subject_request, name, value)
    return fixed


def laws_of_case(subject_request: SubjectRequest) -> tuple[Law, ...]:
    """The laws that the case is counted by. One from before they were frozen stands under the settings' alone."""
    home = Law(
        subject_request.home_regime or settings.KEPT_PROFILE, subject_request.home_calendar or settings.KEPT_CALENDAR
    )
    return laws_of(home=home, regime=subject_request.regime, region=subject_request.region)


def days_of_case(subject_request: SubjectRequest) -> Days:
    """What was added to the calendars that the case is counted by."""
    return local_days(law.calendar for law in laws_of_case(subject_request))


def count_right(subject_request: SubjectRequest, right: str, events: tuple[Event, ...], days: Days) -> Counted:
    """Count the time to respond for a right under every law of the case; the earliest day wins."""
    counts = [
        _count(subject_request, period_for(law.profile, right), law, events, days)
        for law in laws_of_case(subject_request)
    ]
    return earliest(counts)


def count_sub_clocks(
    subject_request: SubjectRequest, right: str, events: tuple[Event, ...], days: Days
) -> dict[str, Counted]:
    """Every sub-clock that a law of the case names for a right. Of two laws the earlier day counts; for a day
    before which nobody may be asked again, the later one."""
    found = {}
    for sub in SUB_CLOCKS:
        counts = [
            _count(subject_request, period, law, events, days, is_promised=False)
            for law in laws_of_case(subject_request)
            if (period := sub_period_for(law.profile, right, sub))
        ]
        if counts:
            latest = max(counts, key=lambda one: one.deadline.due_on)
            found[sub] = latest if sub == REASK else earliest(counts)
    return found


def count_appeal(subject_request: SubjectRequest, at: dt.datetime, events: tuple[Event, ...]) -> Counted | None:
    """Count the time to answer an appeal that came `at`; None where no law of the case gives one."""
    return _count_from(subject_request, appeal_period_for, at, events)


def count_appeal_notice(subject_request: SubjectRequest, at: dt.datetime) -> Counted | None:
    """Count the time to tell that an appeal that came `at` takes longer; None where no law of the case knows that."""
    return _count_from(subject_request, appeal_notice_period_for, at, ())


def _count_from(
    subject_request: SubjectRequest,
    period_of: Callable[[str], Period | None],
    at: dt.datetime,
    events: tuple[Event, ...],
) -> Counted | None:
    days = days_of_case(subject_request)
    counts = [
        _count(subject_request, period, law, events, days, is_promised=False, received_at=at)
        for law in laws_of_case(subject_request)
        if (period := period_of(law.profile))
    ]
    return earliest(counts) if counts else None


def earliest(counts: list[Counted]) -> Counted:
    """The count that ends first, with the safe day of all and a sentence about every other."""
    first = min(counts, key=lambda one: (one.deadline.due_on, one.deadline.safe_on))
    others = [one for one in counts if one is not first]
    if not others:
        return first
    safe_on = min(one.deadline.safe_on for one in counts)
    notes = tuple(_about(one, first) for one in others)
    also = tuple(
        (one.inputs.regime, one.inputs.calendar, one.deadline.due_on.isoformat(), one.deadline.safe_on.isoformat())
        for one in others
    )
    due_on = first.deadline.due_on
    last = f"Due {say(due_on)}" + (f"; safe by {say(safe_on)}." if safe_on != due_on else ".")
    trace = (*first.deadline.trace[:-1], *notes, last)
    deadline = dataclasses.replace(first.deadline, safe_on=safe_on, trace=trace)
    return Counted(deadline, first.inputs, also)


def _about(other: Counted, first: Counted) -> str:
    """What the other law said, as a sentence."""
    name = f"{other.inputs.regime} (calendar {other.inputs.calendar})"
    chosen = f"{first.inputs.regime} (calendar {first.inputs.calendar})"
    if other.deadline.due_on == first.deadline.due_on:
        text = f"{name} holds too and ends on the same day."
    else:
        text = f"{name} holds too and would end on {say(other.deadline.due_on)}; {chosen} is earlier, so it counts."
    if other.deadline.safe_on < first.deadline.safe_on:
        text += f" By {other.inputs.regime} it is safe by {say(other.deadline.safe_on)} only."
    return text


def _count(
    subject_request: SubjectRequest,
    period: Period,
    law: Law,
    events: tuple[Event, ...],
    days: Days,
    *,
    is_promised: bool = True,
    received_at: dt.datetime | None = None,
) -> Counted:
    """Count under one law. Where the calendar does not reach, nothing is moved by holidays, which is earlier:
    a letter from long ago must not be turned away for it."""
    added = days.get(law.calendar, NOTHING)
    inputs = _inputs(subject_request, period, law, events)
    inputs = dataclasses.replace(inputs, off=added.off, working=added.working, entry=added.entry)
    if not is_promised:
        inputs = dataclasses.replace(inputs, flags=frozenset())
    if received_at:
        inputs = dataclasses.replace(inputs, received_at=received_at)
    notes: tuple[str, ...] = (period.note,) if period.note else ()
    try:
        counted = compute_deadline(inputs)
    except InvalidInput as error:
        if error.field != "calendar":
            raise
        notes += (f"No holidays are known for that time in {inputs.calendar}, so no day was moved.",)
        inputs = dataclasses.replace(inputs, calendar=NONE, off=frozenset(), working=frozenset())
        counted = compute_deadline(inputs)
    return Counted(dataclasses.replace(counted, trace=(*notes, *counted.trace)), inputs)


def _inputs(subject_request: SubjectRequest, period: Period, law: Law, events: tuple[Event, ...]) -> Inputs:
    days = subject_request.promise_days
    received_on = clock.local_date(subject_request.received_at, settings.KEPT_TIME_ZONE)
    return Inputs(
        regime=period.profile,
        kind=period.kind,
        received_at=subject_request.received_at,
        zone=settings.KEPT_TIME_ZONE,
        calendar=law.calendar,
        events=events,
        flags=frozenset({"promise_30d"} if is_on("dsr.answer_in_time") else ()),
        promise_days=promise_of(received_on) if days is None else days,
    )


def with_promise(cases: Iterable[SubjectRequest]) -> None:
    """Let each of these know what the policy promised on its day, also one from before that was frozen; in one
    question for all, or none."""
    without = [case for case in cases if case.promise_days is None]
    promised = list(in_force().values_list("effective_on", "response_days")) if without else []
    for case in without:
        received_on = clock.local_date(case.received_at, settings.KEPT_TIME_ZONE)
        case.promise_days = next((days for on, days in promised if on <= received_on), PROMISE_DAYS)


def promise_of(received_on: dt.date) -> int:
    """How many days the policy in force on the day of receipt promised."""
    return policy_of(received_on)[1]


def policy_of(on: dt.date) -> tuple[dt.date | None, int]:
    """Since when the policy of a day is in force, and how many days it promises."""
    effective_on, days = days_promised(on) or (None, None)
    return effective_on, PROMISE_DAYS if days is None else days

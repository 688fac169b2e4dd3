"""Count one deadline and say in words how it was counted. No regime is named here; they are profiles."""

import calendar as month_calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy.kernel.deadlines import calendars
from privacy.kernel.deadlines.profiles import Rule, profile
from privacy.kernel.errors import InvalidInput

PROMISE_DAYS = 30  # "within 30 days": the published promise (S80), counted from the local date of receipt
REFLECTION_DAYS = 10  # DPO Art. 19(3)
IGNORED = frozenset({"late", "unjustified"})
PAUSES = {
    "identity": ("identity_requested", "identity_confirmed"),
    "clarification": ("clarification_requested", "clarification_received"),
}
KNOWN_EVENTS = frozenset(
    {name for pair in PAUSES.values() for name in pair}
    | {"extended", "fee_requested", "fee_paid", "fee_notified", "fee_accepted"}
)
FLAGS = frozenset({"promise_30d", "pause_inclusive", "small_agent"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the case on a local date; `marker` "late" or "unjustified" makes an ask void."""

    name: str
    on: dt.date
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts. `zone` is the controller's (IANA); `as_of` counts a pause that nobody has answered yet up
    to that day (without it such a pause counts nothing, which is the earlier date)."""

    regime: str
    kind: str
    received_at: dt.datetime
    zone: str
    calendar: str
    events: tuple[Event, ...] = ()
    flags: frozenset[str] = frozenset()
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_on` is the stricter of statute and promise; reminders count from `safe_on`."""

    due_on: dt.date
    safe_on: dt.date
    statute_on: dt.date
    promise_on: dt.date | None
    trace: tuple[str, ...]
    rule_version: str
    calendar_version: str
    rejected: tuple[str, ...] = ()


def compute_deadline(inputs: Inputs) -> Deadline:
    """Count a deadline. InvalidInput names the input that cannot be used."""
    law = profile(inputs.regime)
    rule = _adjusted(law.rule(inputs.kind), inputs)
    _check(inputs)
    received = inputs.received_at.astimezone(ZoneInfo(inputs.zone)).date()
    trace = [f"Received {_say(received)} ({inputs.zone})."]
    start = _start(received, rule, inputs.events, trace)
    paused = _paused_days(rule, inputs, trace)
    extension, rejected = _extension(rule, inputs, start, paused, trace)
    base = _count(start, extension or rule.number, rule.unit, inputs.calendar, trace)
    unrolled = base + dt.timedelta(days=paused)
    if paused:
        trace.append(f"Plus {_days(paused)} on which we waited for an answer: {_say(unrolled)}.")
    statute = _rolled(unrolled, rule, inputs.calendar, trace)
    promise = None
    if "promise_30d" in inputs.flags and not extension:
        promise = received + dt.timedelta(days=PROMISE_DAYS + paused + (start - received).days)
        trace.append(f"We promise an answer within {PROMISE_DAYS} days: {_say(promise)}.")
    due = min(statute, promise) if promise else statute
    readings = _readings(rule, inputs, received=received, start=start, unrolled=unrolled, extension=extension)
    safe = min([due, *readings, *([promise] if promise else [])])
    trace.append(f"Due {_say(due)}" + (f"; safe by {_say(safe)}." if safe != due else "."))
    return Deadline(
        due, safe, statute, promise, tuple(trace), law.version, f"{inputs.calendar}@{calendars.VERSION}", rejected
    )


def _check(inputs: Inputs) -> None:
    if inputs.received_at.tzinfo is None:
        raise InvalidInput("Give the moment of receipt with its offset from UTC.", field="received_at")
    try:
        ZoneInfo(inputs.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput("Name a time zone such as Europe/Berlin.", field="timezone") from None
    if unknown := sorted({event.name for event in inputs.events} - KNOWN_EVENTS):
        raise InvalidInput(f"There is no event {unknown[0]}.", field="events")
    if bad := sorted({event.marker for event in inputs.events if event.marker} - IGNORED):
        raise InvalidInput(f"There is no marker {bad[0]}.", field="events")
    if unknown := sorted(inputs.flags - FLAGS):
        raise InvalidInput(f"There is no policy flag {unknown[0]}.", field="events")
    if inputs.calendar != calendars.NONE:
        calendars.holidays_of(inputs.calendar, inputs.received_at.year)


def _adjusted(rule: Rule, inputs: Inputs) -> Rule:
    """BR: a small processing agent has twice the time (Res. CD/ANPD 2/2022)."""
    if "small_agent" in inputs.flags and inputs.regime == "BR-LGPD":
        return Rule(rule.number * 2, rule.unit)
    return rule


def _first(events: Iterable[Event], name: str) -> Event | None:
    return next((event for event in events if event.name == name), None)


def _start(received: dt.date, rule: Rule, events: Sequence[Event], trace: list[str]) -> dt.date:
    """The day from which the period is counted; that day itself is not counted."""
    start = received
    if rule.identity == "restart":
        start = max(start, _answer_day(events, "identity_requested", "identity_confirmed") or start)
    if rule.fee == "restart":
        start = max(start, _answer_day(events, "fee_requested", "fee_paid") or start)
    if rule.fee == "reflection" and (told := _first(events, "fee_notified")):
        start = max(start, told.on + dt.timedelta(days=REFLECTION_DAYS))
    if start != received:
        trace.append(f"The period starts on {_say(start)}, when the law says it may.")
    return start


def _answer_day(events: Sequence[Event], asked: str, answered: str) -> dt.date | None:
    ask, answer = _first(events, asked), _first(events, answered)
    return answer.on if answer and not (ask and ask.marker in IGNORED) else None


def _paused_days(rule: Rule, inputs: Inputs, trace: list[str], *, without: str = "") -> int:
    """Days in the union of the half-open intervals from asking to the answer."""
    kinds = [
        *(["identity"] if rule.identity == "suspend" else []),
        *(["clarification"] if rule.is_paused_by_clarification and without != "clarification" else []),
    ]
    spans = []
    for kind in kinds:
        asks = [event for event in inputs.events if event.name == PAUSES[kind][0]]
        answers = sorted(event.on for event in inputs.events if event.name == PAUSES[kind][1])
        for ask in asks:
            if ask.marker in IGNORED:
                trace.append(f"Asking for {kind} on {_say(ask.on)} was {ask.marker}, so the clock ran on.")
                continue
            until = next((day for day in answers if day >= ask.on), inputs.as_of)
            if until and until > ask.on:
                spans.append((ask.on, until))
    extra = 1 if "pause_inclusive" in inputs.flags else 0
    return sum((end - begin).days + extra for begin, end in _merged(spans))


def _merged(spans: list[tuple[dt.date, dt.date]]) -> list[tuple[dt.date, dt.date]]:
    merged: list[tuple[dt.date, dt.date]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _extension(
    rule: Rule, inputs: Inputs, start: dt.date, paused: int, trace: list[str]
) -> tuple[int, tuple[str, ...]]:
    """The whole extended period, or 0; and why an extension does not count."""
    event = _first(inputs.events, "extended")
    if event is None or (rule.extended == 0 and "/" in inputs.kind):
        return 0, ()
    if rule.extended == 0:
        reason = "This law knows no extension, so it does not count."
        trace.append(reason)
        return 0, (reason,)
    last = _rolled(
        _count(start, rule.number, rule.unit, inputs.calendar, []) + dt.timedelta(days=paused),
        rule,
        inputs.calendar,
        [],
    )
    if event.on > last:
        reason = f"The extension of {_say(event.on)} came after the period had ended, so it does not count."
        trace.append(reason)
        return 0, (reason,)
    trace.append(f"Extended on {_say(event.on)}, inside the period; counted from the start.")
    return rule.extended, ()


def _count(start: dt.date, number: int, unit: str, calendar: str, trace: list[str]) -> dt.date:
    if unit == "month":
        end = add_months(start, number)
        clamp = f" (there is no day {start.day} in that month)" if end.day != start.day else ""
        trace.append(f"{_number(number, 'month')} later is {_say(end)}{clamp}.")
        return end
    if unit == "business_day":
        end = start
        left = number
        while left:
            end += dt.timedelta(days=1)
            left -= _is_working_day(end, calendar, saturday_rolls=True)
        trace.append(f"{_number(number, 'working day')} later is {_say(end)}.")
        return end
    end = start + dt.timedelta(days=number)
    trace.append(f"{_number(number, 'day')} later is {_say(end)}.")
    return end


def add_months(day: dt.date, number: int) -> dt.date:
    """The same-numbered day `number` months later, or the last day of that month (Reg. 1182/71 Art. 3(2)(c))."""
    year, month = divmod(day.month - 1 + number, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, month_calendar.monthrange(year, month)[1]))


def _is_working_day(day: dt.date, calendar: str, *, saturday_rolls: bool) -> bool:
    if day.weekday() == calendars.SUNDAY or (saturday_rolls and day.weekday() == calendars.SATURDAY):
        return False
    return calendar == calendars.NONE or not calendars.is_holiday(day, calendar)


def _rolled(day: dt.date, rule: Rule, calendar: str, trace: list[str]) -> dt.date:
    if rule.roll == "none" or calendar == calendars.NONE:
        return day
    end = day
    while not _is_working_day(end, calendar, saturday_rolls=rule.roll == "weekend"):
        end += dt.timedelta(days=1)
    if end != day:
        trace.append(f"That is a weekend or a holiday in {calendar}, so it moves to {_say(end)}.")
    return end


def _readings(
    rule: Rule, inputs: Inputs, *, received: dt.date, start: dt.date, unrolled: dt.date, extension: int
) -> list[dt.date]:
    """The last day under every way of counting that somebody could defend, before any rolling."""
    found = [unrolled]
    number = extension or rule.number
    if "day_before" in rule.readings:
        found.append(unrolled - dt.timedelta(days=1))
    if "restart" in rule.readings and (
        answered := _answer_day(inputs.events, "identity_requested", "identity_confirmed")
    ):
        without = _paused_days(Rule(rule.number, is_paused_by_clarification=True), inputs, [])
        found.append(
            _count(max(received, answered), number, rule.unit, inputs.calendar, []) + dt.timedelta(days=without)
        )
    if "no_clarification_pause" in rule.readings:
        without = _paused_days(rule, inputs, [], without="clarification")
        found.append(_count(start, number, rule.unit, inputs.calendar, []) + dt.timedelta(days=without))
    return found


def _say(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _days(number: int) -> str:
    return f"{number} day{'s' if number != 1 else ''}"


def _number(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"

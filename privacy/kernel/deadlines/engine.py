"""Count one deadline and say in words how it was counted. No regime is named here; they are profiles."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy.kernel.deadlines import calendars
from privacy.kernel.deadlines.counting import WorkingDays, count, number_of, rolled, say
from privacy.kernel.deadlines.profiles import Rule, profile
from privacy.kernel.errors import InvalidInput

PROMISE_DAYS = 30  # the published promise (S80) where no policy says another number of days
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
UNROLLED = Rule(PROMISE_DAYS)
Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the case on a local date; `marker` "late" or "unjustified" makes an ask void."""

    name: str
    on: dt.date
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts. `zone` is the controller's (IANA); `as_of` counts a pause that nobody has answered yet up
    to that day (without it such a pause counts nothing, which is the earlier date). `promise_days` is the
    published promise, which counts where the flag `promise_30d` is set. `off` and `working` are days that were
    added to the calendar here; `entry` numbers the newest of them."""

    regime: str
    kind: str
    received_at: dt.datetime
    zone: str
    calendar: str
    events: tuple[Event, ...] = ()
    flags: frozenset[str] = frozenset()
    as_of: dt.date | None = None
    promise_days: int = PROMISE_DAYS
    off: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()
    entry: int = 0

    @property
    def days(self) -> WorkingDays:
        """The calendar with what was added to it."""
        return WorkingDays(self.calendar, self.off, self.working)

    @property
    def calendar_version(self) -> str:
        """Which calendar counted, so that it can be counted again: DE@2026-11 + 1 local day (entry 4)."""
        version = f"{self.calendar}@{calendars.VERSION}"
        local = len(self.off | self.working)
        return f"{version} + {number_of(local, 'local day')} (entry {self.entry})" if local else version


@dataclass(frozen=True, slots=True)
class Steps:
    """The days on the way, for whoever tells the count in other words. `number` of `unit` lead from `start_on`
    to `base_on`; the pauses to `unrolled_on`; weekends and holidays to the statute's last day."""

    received_on: dt.date
    start_on: dt.date
    number: int
    unit: str
    base_on: dt.date
    unrolled_on: dt.date
    extended_on: dt.date | None = None

    @property
    def paused_days(self) -> int:
        """How many days of waiting for an answer were added."""
        return (self.unrolled_on - self.base_on).days


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
    steps: Steps | None = None


def compute_deadline(inputs: Inputs) -> Deadline:
    """Count a deadline. InvalidInput names the input that cannot be used."""
    law = profile(inputs.regime)
    rule = _adjusted(law.rule(inputs.kind), inputs)
    _check(inputs)
    inputs = replace(inputs, events=tuple(sorted(inputs.events, key=lambda event: event.on)))
    received = inputs.received_at.astimezone(ZoneInfo(inputs.zone)).date()
    trace = [f"Received {say(received)} ({inputs.zone}).", f"Counted by {law.law}."]
    start = _start(received, rule, inputs.events, trace)
    spans = _pauses(rule, inputs, start, trace)
    extended_on, rejected = _extension(rule, inputs, received=received, start=start, spans=spans, trace=trace)
    number = rule.extended if extended_on else rule.number
    base = count(start, number, rule.unit, inputs.days, trace)
    unrolled = _after_pauses(base, spans, rule, inputs, trace)
    statute = rolled(unrolled, rule, inputs.days, trace)
    promise = _promise(inputs, start, spans, extended_on, trace)
    due = min(statute, promise) if promise else statute
    safe = min(
        [due, *_readings(rule, inputs, received=received, start=start, unrolled=unrolled, extended_on=extended_on)]
    )
    if inputs.off or inputs.working:
        trace.append(f"Calendar {inputs.calendar_version}.")
    trace.append(f"Due {say(due)}" + (f"; safe by {say(safe)}." if safe != due else "."))
    steps = Steps(received, start, number, rule.unit, base, unrolled, extended_on)
    version = inputs.calendar_version
    return Deadline(due, safe, statute, promise, tuple(trace), law.version, version, rejected, steps)


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
        return replace(rule, number=rule.number * 2)
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
        trace.append(f"The period starts on {say(start)}, when the law says it may.")
    return start


def _answer_day(events: Sequence[Event], asked: str, answered: str) -> dt.date | None:
    ask, answer = _first(events, asked), _first(events, answered)
    return answer.on if answer and not (ask and ask.marker in IGNORED) else None


def _pauses(rule: Rule, inputs: Inputs, start: dt.date, trace: list[str], *, without: str = "") -> tuple[Span, ...]:
    """The union of the half-open intervals from asking to the answer; days before the start are in no period."""
    kinds = [
        *(["identity"] if rule.identity == "suspend" else []),
        *(["clarification"] if rule.is_paused_by_clarification and without != "clarification" else []),
    ]
    spans = []
    for kind in kinds:
        asks = [event for event in inputs.events if event.name == PAUSES[kind][0]]
        answers = [event.on for event in inputs.events if event.name == PAUSES[kind][1]]
        for ask in asks:
            if ask.marker in IGNORED:
                trace.append(f"Asking for {kind} on {say(ask.on)} was {ask.marker}, so the clock ran on.")
                continue
            until = next((day for day in answers if day >= ask.on), inputs.as_of)
            if until is None:
                trace.append(f"We asked for {kind} on {say(ask.on)}; the days until the answer will be added.")
            elif until > max(ask.on, start):
                spans.append((max(ask.on, start), until))
    return tuple(_merged(spans))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _after_pauses(base: dt.date, spans: Sequence[Span], rule: Rule, inputs: Inputs, trace: list[str]) -> dt.date:
    """`base` moved by the pauses that began inside the period: nobody can stop a clock that has run out."""
    extra = 1 if "pause_inclusive" in inputs.flags else 0
    end = base
    for begin, until in spans:
        if begin > rolled(end, rule, inputs.days, []):
            trace.append(f"The question of {say(begin)} came after the period had ended, so it adds nothing.")
            break
        end += dt.timedelta(days=(until - begin).days + extra)
    if end != base:
        trace.append(f"Plus {number_of((end - base).days, 'day')} on which we waited for an answer: {say(end)}.")
    return end


def _extension(
    rule: Rule, inputs: Inputs, *, received: dt.date, start: dt.date, spans: Sequence[Span], trace: list[str]
) -> tuple[dt.date | None, tuple[str, ...]]:
    """The day of an extension that counts, or None; and why one does not."""
    event = _first(inputs.events, "extended")
    if event is None or (rule.extended == 0 and "/" in inputs.kind):
        return None, ()
    before = [span for span in spans if span[0] <= event.on]
    base = count(start, rule.number, rule.unit, inputs.days, [])
    last = rolled(_after_pauses(base, before, rule, inputs, []), rule, inputs.days, [])
    reason = ""
    if rule.extended == 0:
        reason = "This law knows no extension, so it does not count."
    elif event.on > last:
        reason = (
            f"The extension of {say(event.on)} came after the period had ended on {say(last)}, so it does not count."
        )
    elif event.on < received:
        reason = f"The extension of {say(event.on)} is older than the request, so it does not count."
    if reason:
        trace.append(reason)
        return None, (reason,)
    trace.append(f"Extended on {say(event.on)}, inside the period; counted from the start.")
    return event.on, ()


def _promise(
    inputs: Inputs, start: dt.date, spans: Sequence[Span], extended_on: dt.date | None, trace: list[str]
) -> dt.date | None:
    """The promise is a clock of its own: never rolled, moved by the same lawful pauses as the statute. An
    extension that was told while it ran is the promised response and ends it; a later one does not."""
    if "promise_30d" not in inputs.flags:
        return None
    base = start + dt.timedelta(days=inputs.promise_days)
    end = _after_pauses(base, spans, UNROLLED, inputs, [])
    if extended_on and extended_on <= end:
        return None
    trace.append(f"We promise an answer within {number_of(inputs.promise_days, 'day')}: {say(end)}.")
    return end


def _readings(
    rule: Rule, inputs: Inputs, *, received: dt.date, start: dt.date, unrolled: dt.date, extended_on: dt.date | None
) -> list[dt.date]:
    """The last day under every way of counting that somebody could defend, before any rolling; of the
    promise too, since a pause that is doubted does not move it either."""
    found = [unrolled]
    number = rule.extended if extended_on else rule.number

    def read(begin: dt.date, spans: Sequence[Span]) -> None:
        base = count(begin, number, rule.unit, inputs.days, [])
        promise = _promise(inputs, begin, spans, extended_on, [])
        found.extend([_after_pauses(base, spans, rule, inputs, []), *([promise] if promise else [])])

    if "day_before" in rule.readings:
        found.append(unrolled - dt.timedelta(days=1))
    confirmed = _answer_day(inputs.events, "identity_requested", "identity_confirmed")
    if "restart" in rule.readings and confirmed:
        begin = max(received, confirmed)
        read(begin, _pauses(replace(rule, identity="none"), inputs, begin, []))
    if "no_clarification_pause" in rule.readings:
        read(start, _pauses(rule, inputs, start, [], without="clarification"))
    return found

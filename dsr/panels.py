"""Panels of subject requests: what is due, and for whom each open request waits."""

import datetime as dt

from django.conf import settings
from django.db.models import Count, Q, Subquery
from django.urls import reverse

from dsr.due_dates import DUE_IN, due_within
from dsr.models import SubjectRequest
from dsr.selectors import IS_OPEN, WAITING, Waiting, waiting_of
from dsr.states import State
from privacy.console.charts import bar_chart
from privacy.console.dashboard import VIEWER, Figures, Panel, panel_group
from privacy.console.figures import count, newest
from privacy.kernel import clock
from privacy.kernel.deadlines.engine import PROMISE_DAYS
from privacy.policy.selectors import in_force

LATELY = dt.timedelta(days=90)
SOON = dt.timedelta(days=7)
WEEKS = 5  # bars of single weeks; what is due after them shares the last bar


def _figures(now: dt.datetime) -> dict[str, Subquery]:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    ended = SubjectRequest.objects.filter(state=State.EXPIRED, closed_at__gt=now - LATELY)
    return {"promised": newest(in_force(today), "response_days"), "ended": count(ended)}


@panel_group("requests", order=10, permission="dsr.work_subject_request", figures=_figures)
def requests(now: dt.datetime, found: Figures) -> list[Panel]:
    """What is due, whose move it is, what nobody confirmed, and what has another promise: one statement over the
    open requests for all four."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    promised = PROMISE_DAYS if found["promised"] is None else found["promised"]
    other = ~Q(promise_days=promised) & Q(promise_days__isnull=False)
    counts = SubjectRequest.objects.filter(IS_OPEN).aggregate(
        overdue=_number(Q(due_on__lt=today, safe_on__isnull=False)),
        **{f"in{days}": _number(due_within(today, days)) for days in DUE_IN},
        later=_number(Q(due_on__gte=today, safe_on__gt=today + SOON)),
        without=_number(Q(due_on=None) | Q(safe_on=None)),
        mine=_number(Q(assigned_to=found[VIEWER]) & ~Q(state=State.UNCONFIRMED)),
        unowned=_number(Q(assigned_to=None) & ~Q(state=State.UNCONFIRMED)),
        other=_number(other),
        stricter=_number(Q(promise_days__gt=promised)),
        **{f"week{number}": _number(inside) for number, inside in enumerate(_weeks(today))},
        **WAITING,
    )
    return [
        _due(counts, today),
        _waiting(waiting_of(counts), counts["mine"], counts["unowned"]),
        _other_promise(counts["other"], counts["stricter"], promised),
        _unverified(counts["unconfirmed"], found["ended"]),
    ]


def _due(counts: dict[str, int], today: dt.date) -> Panel:
    """How many open requests are overdue, due within a week by their safe day, and later; a bar for each week."""
    overdue, soon, without = counts["overdue"], counts[f"in{SOON.days}"], counts["without"]
    text = f"{counts['later']} later." + (f" {without} without a due date." if without else "")
    links = [(f"{counts[f'in{days}']} {DUE_IN[days]}", f"{_queue()}?show=due_{days}") for days in DUE_IN]
    tone = "danger" if overdue or without else "warn" if soon else "ok"
    bars = [("late", overdue), *((label, counts[f"week{place}"]) for place, label in enumerate(_labels(today)))]
    chart = bar_chart(bars, title="Open requests by the week in which they are due")
    return Panel(
        "due",
        "Requests",
        f"{overdue} overdue",
        text,
        tone,
        _queue() + ("?show=overdue" if overdue else ""),
        chart,
        links,
    )


def _waiting(waiting: Waiting, mine: int, unowned: int) -> Panel:
    """Whose move it is in every open request; which of them are the reader's, and which nobody's."""
    links = [(f"{mine} mine", f"{_queue()}?owner=me"), (f"{unowned} nobody's yet", f"{_queue()}?owner=nobody")]
    others = f"{waiting.person} for the person, {waiting.second} for a second person, {waiting.system} for a system."
    return Panel(
        "due", "Requests that wait for us", str(waiting.us), f"Others wait: {others}", "ok", _queue(), links=links
    )


def _other_promise(number: int, stricter: int, days: int) -> Panel:
    """Open requests that were filed under another promise than that of the policy in force. They keep theirs."""
    text = f"The policy promises {days} days; these keep what it said on their day of receipt."
    if stricter:
        text += f" {stricter} of them have more time than it gives now: look whether to answer earlier."
    url = _queue() + "?show=old_promise" if number else ""
    return Panel("due", "Filed under another promise", str(number), text, "warn" if number else "ok", url)


def _unverified(waiting: int, ended: int) -> Panel:
    """How many requests wait for their confirmation, and how many ended without one: apart from the work of legal."""
    text = f"{ended} closed unverified in the last {LATELY.days} days."
    return Panel("due", "Requests not confirmed", str(waiting), text, "ok", _queue() + "?show=unverified")


def _queue() -> str:
    return reverse("console:dsr_subjectrequest_changelist")


def _number(inside: Q) -> Count:
    return Count("pk", filter=inside)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _labels(today: dt.date) -> list[str]:
    weeks = [_monday(today) + dt.timedelta(weeks=number) for number in range(WEEKS)]
    return [*(f"{week.day}.{week.month}." for week in weeks), "later"]


def _weeks(today: dt.date) -> list[Q]:
    """What stands in each bar after the late ones: a passed safe day in the bar of this week."""
    ends = [_monday(today) + dt.timedelta(weeks=number + 1) for number in range(WEEKS)]
    starts = [None, *ends]
    still = Q(due_on__gte=today)
    return [
        still & (Q(safe_on__gte=start) if start else Q()) & (Q(safe_on__lt=end) if end else Q())
        for start, end in zip(starts, [*ends, None], strict=True)
    ]

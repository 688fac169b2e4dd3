"""The due dates of requests, by day: for the month in the console, the calendar feed and the digest."""

import calendar
import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from dsr.due_days import first_items
from dsr.models import Clock, SubjectRequest
from dsr.periods import APPEAL, APPEALS, CLOCK_WORDS, REASK, RESPOND
from dsr.states import OPEN, State

SHOWN_A_DAY = 4
DUE_IN = {0: "due today", 3: "due in 3 days", 7: "due in 7 days"}  # days until the safe day, and how people say it
NEWER = Exists(Clock.objects.filter(item=OuterRef("item"), kind=OuterRef("kind"), number__gt=OuterRef("number")))
SHOWN = ("kind", "safe_on", "due_on", "item__right", "item__subject_request__reference")


@dataclass(frozen=True, slots=True)
class DueDate:
    """What of one right of one request ends on one day: safe until `safe_on`, due on `due_on`. `kinds` are the
    clocks, the answer first."""

    case: SubjectRequest
    item_id: uuid.UUID
    right: str
    safe_on: dt.date
    due_on: dt.date
    kinds: tuple[str, ...] = (RESPOND,)

    @property
    def what(self) -> str:
        """What is to be done by then; empty where it is the answer alone."""
        return "" if self.kinds == (RESPOND,) else ", ".join(CLOCK_WORDS[kind].lower() for kind in self.kinds)

    @property
    def words(self) -> str:
        """Right, reference and what is to be done; nobody's name."""
        return f"{self.right} {self.case.reference}" + (f": {self.what}" if self.what else "")

    @property
    def key(self) -> str:
        """The same for as long as it is the same date to a calendar program."""
        return str(self.item_id) if RESPOND in self.kinds else f"{self.item_id}-{self.kinds[0]}"


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the month, with the first of what is due on it; `has_more` says that there is more."""

    on: dt.date
    is_inside: bool
    due: list[DueDate] = field(default_factory=list)
    has_more: bool = False


def due_within(today: dt.date, days: int) -> Q:
    """Of open requests: those whose safe day comes within so many days, or has passed, and that are not overdue yet."""
    return Q(due_on__gte=today, safe_on__lte=today + dt.timedelta(days=days))


def due_between(first: dt.date, last: dt.date) -> list[DueDate]:
    """What of open requests has its safe day in these days, and what runs after an answer; in one query."""
    return _due_dates(running().filter(safe_on__range=(first, last)))


def _due_dates(clocks: "QuerySet[Clock]") -> list[DueDate]:
    found: dict[tuple[uuid.UUID, dt.date], list[Clock]] = {}
    for row in clocks.select_related("item__subject_request").only(*SHOWN):
        found.setdefault((row.item_id, row.safe_on), []).append(row)
    return sorted(
        (_due_date(rows) for rows in found.values()),
        key=lambda one: (one.safe_on, one.due_on, one.case.reference, one.right),
    )


def running() -> "QuerySet[Clock]":
    """The newest count of every clock that still waits for somebody, of the kinds that a calendar shows."""
    open_ones = Q(item__decided_at=None, item__subject_request__state__in=OPEN)
    later = Q(kind__in=APPEALS) | Q(kind=REASK, item__subject_request__state=State.CLOSED)
    return Clock.objects.filter(open_ones | later, ~NEWER, met_at=None, kind__in=CLOCK_WORDS)


def _due_date(rows: list[Clock]) -> DueDate:
    order = list(CLOCK_WORDS)
    rows = sorted(rows, key=lambda row: order.index(row.kind))
    item = rows[0].item
    kinds = tuple(row.kind for row in rows)
    return DueDate(item.subject_request, item.pk, item.get_right_display(), rows[0].safe_on, rows[0].due_on, kinds)


def weeks_of_month(year: int, month: int) -> list[list[Day]]:
    """The month as weeks from Monday to Sunday, with the days of its neighbors that fill them, in two queries. A day
    shows a few of what is due on it, however much that is."""
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    listed = [on for week in weeks for on in week]
    found = first_items(running(), listed, SHOWN_A_DAY + 1)
    keys = {key for items in found.values() for key in items[:SHOWN_A_DAY]}
    due: dict[dt.date, list[DueDate]] = {}
    for one in _due_dates(running().filter(item__in=keys, safe_on__range=(listed[0], listed[-1]))):
        due.setdefault(one.safe_on, []).append(one)
    days = {on: Day(on, on.month == month, *_of_day(due.get(on, []), found.get(on, []))) for on in listed}
    return [[days[on] for on in week] for week in weeks]


def _of_day(due: list[DueDate], items: list[uuid.UUID]) -> tuple[list[DueDate], bool]:
    chosen = set(items[:SHOWN_A_DAY])
    return [one for one in due if one.item_id in chosen], len(items) > SHOWN_A_DAY


def overdue_before(today: dt.date) -> "QuerySet[SubjectRequest]":
    """Requests whose due day has passed, the oldest first: open ones, and those with an appeal that is late."""
    waits = Clock.objects.filter(~NEWER, kind=APPEAL, safe_on__lt=today, due_on__lt=today, met_at=None)
    appeals = list(waits.values_list("item__subject_request", flat=True))
    late = Q(state__in=sorted(OPEN), due_on__lt=today)
    return SubjectRequest.objects.filter(late | Q(pk__in=appeals) if appeals else late).order_by("due_on", "id")

"""The due dates of open requests, by day: for the month in the console, the calendar feed and the digest."""

import calendar
import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.db.models import Q

from dsr.models import Clock, RequestItem, SubjectRequest
from dsr.states import OPEN


@dataclass(frozen=True, slots=True)
class DueDate:
    """One right of one open request: safe until `safe_on`, due on `due_on`."""

    case: SubjectRequest
    item_id: uuid.UUID
    right: str
    safe_on: dt.date
    due_on: dt.date

    @property
    def words(self) -> str:
        """Right and reference; nobody's name."""
        return f"{self.right} {self.case.reference}"


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the month."""

    on: dt.date
    is_inside: bool
    due: list[DueDate] = field(default_factory=list)


def due_between(first: dt.date, last: dt.date) -> list[DueDate]:
    """Every undecided right of an open request whose safe day lies in these days, in two queries."""
    rows = SubjectRequest.objects.filter(state__in=OPEN)
    near = rows.filter(Q(items__clocks__safe_on__range=(first, last)), items__decided_at=None).distinct()
    found = [
        DueDate(case, item.pk, item.get_right_display(), row.safe_on, row.due_on)
        for case in near.prefetch_related("items__clocks")
        for item in case.items.all()
        if item.decided_at is None and (row := _in_force(item)) and first <= row.safe_on <= last
    ]
    return sorted(found, key=lambda one: (one.safe_on, one.due_on, one.case.reference, one.right))


def weeks_of_month(year: int, month: int) -> list[list[Day]]:
    """The month as weeks from Monday to Sunday, with the days of its neighbors that fill them."""
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    days = {on: Day(on, on.month == month) for week in weeks for on in week}
    for one in due_between(weeks[0][0], weeks[-1][-1]):
        days[one.safe_on].due.append(one)
    return [[days[on] for on in week] for week in weeks]


def overdue_before(today: dt.date) -> list[SubjectRequest]:
    """Open requests whose due day has passed, the oldest first."""
    return list(SubjectRequest.objects.filter(state__in=OPEN, due_on__lt=today).order_by("due_on", "id"))


def _in_force(item: RequestItem) -> Clock | None:
    """The newest count of the period to respond, from prefetched rows."""
    clocks = [row for row in item.clocks.all() if row.kind == "respond"]
    return max(clocks, key=lambda row: row.number, default=None)

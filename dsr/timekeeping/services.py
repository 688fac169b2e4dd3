"""Add a day to a calendar. What was entered is never changed; a later entry for the same day counts instead."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Max

from dsr.timekeeping.audit_events import DAY_ADDED
from dsr.timekeeping.models import CalendarDay
from dsr.timekeeping.selectors import local_days
from dsr.timekeeping.vocabulary import DayKind
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor
from privacy.kernel.deadlines.calendars import holidays_of, known_calendars
from privacy.kernel.deadlines.counting import WorkingDays
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.texts import one_line

SHORTEST_NAME = 3


@transaction.atomic
def add_day(*, calendar: str, on: dt.date, kind: str, name: str, actor: Actor, now: dt.datetime) -> CalendarDay:
    """Make a day off, working, or again as the calendar has it. No request is counted anew by it: see the recount.

    Raises InvalidInput naming the field; StaleState where somebody else added a day in the same moment.
    """
    if calendar not in known_calendars():
        raise InvalidInput("Choose a calendar from the list.", field="calendar")
    if kind not in set(DayKind):
        raise InvalidInput("Say what kind of day it is.", field="kind")
    if len(name.strip()) < SHORTEST_NAME:
        raise InvalidInput("Name the day, as the law or the decree names it.", field="name")
    _require_news(calendar, on, kind)
    number = (CalendarDay.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
    row = CalendarDay(
        at=now, number=number, calendar=calendar, on=on, kind=kind, name=one_line(name)[:80], added_by=actor.id
    )
    try:
        with transaction.atomic():
            return append_evidence(
                row, event=DAY_ADDED, actor=actor, number=number, calendar=calendar, on=on.isoformat(), kind=kind
            )
    except IntegrityError:
        raise StaleState("Somebody else added a day in this moment. Try again.") from None


def _require_news(calendar: str, on: dt.date, kind: str) -> None:
    """An entry that changes nothing would only make calendars look different."""
    holidays_of(calendar, on.year)  # InvalidInput for a year that is not there
    local = local_days([calendar])[calendar]
    days = WorkingDays(calendar, local.off, local.working)
    if kind == DayKind.BACK:
        if on not in local.off | local.working:
            raise InvalidInput("Nothing was entered for this day.", field="on")
    elif kind == DayKind.OFF:
        if not days.has(on, saturday_rolls=False):
            raise InvalidInput("Nobody works on this day already.", field="on")
    elif days.has(on, saturday_rolls=True):
        raise InvalidInput("This is a working day already.", field="on")

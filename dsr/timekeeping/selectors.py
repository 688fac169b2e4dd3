"""Reads of calendars: the days that were added to them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dsr.timekeeping.models import CalendarDay
from dsr.timekeeping.vocabulary import DayKind
from privacy.kernel.deadlines.calendars import NONE


@dataclass(frozen=True, slots=True)
class LocalDays:
    """What was added to one calendar; `entry` is the number of the newest entry."""

    off: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()
    entry: int = 0


NOTHING = LocalDays()


def local_days(calendars: Iterable[str]) -> dict[str, LocalDays]:
    """The days added to each of these calendars, in one query. A part of a country has its country's too."""
    codes = {code: {code, parent_of(code)} for code in calendars if code != NONE}
    if not codes:
        return {}
    wanted = {each for family in codes.values() for each in family}
    rows = list(CalendarDay.objects.filter(calendar__in=wanted).order_by("number"))
    return {code: _of(rows, family) for code, family in codes.items()}


def parent_of(code: str) -> str:
    """The calendar that this one adds to: DE for DE-BY, NZ for NZ-PA, itself for every other."""
    return code.partition("-")[0] if code.startswith(("DE-", "NZ-")) else code


def _of(rows: list[CalendarDay], family: set[str]) -> LocalDays:
    newest = {row.on: row for row in rows if row.calendar in family}
    if not newest:
        return NOTHING
    days = {kind: frozenset(on for on, row in newest.items() if row.kind == kind) for kind in DayKind}
    return LocalDays(days[DayKind.OFF], days[DayKind.WORKING], max(row.number for row in newest.values()))

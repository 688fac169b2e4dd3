"""Public holidays by code: each EU and EEA state nationwide, CH, NZ, the parts of the UK, the federal
calendars of Canada and the USA, the German states.

Computed from rules, so that every year of YEARS is there; a code or a year that is not is an error and
never a working day. Where a day is a holiday only in parts of a country, or by a law still in dispute,
it is left out: fewer holidays mean an earlier, safer date.
"""

import calendar as month_calendar
import datetime as dt
import functools
from collections.abc import Iterator

from privacy.kernel.deadlines.holiday_tables import (
    EXTRA,
    FIXED,
    GERMAN_STATES,
    MATARIKI,
    MOVABLE,
    OBSERVED,
    ORTHODOX,
    WEEKDAYS,
)
from privacy.kernel.errors import InvalidInput

VERSION = "2026-11b"
YEARS = range(2020, 2036)
NONE = "NONE"
SATURDAY, SUNDAY = 5, 6


def known_calendars() -> list[str]:
    """Every code."""
    return sorted({*FIXED, *(f"DE-{state}" for state in GERMAN_STATES), "NZ-PA"})


def is_holiday(day: dt.date, code: str) -> bool:
    """Whether `day` is a public holiday. InvalidInput for an unknown code or a year outside the tables."""
    return day in holidays_of(code, day.year)


@functools.cache
def holidays_of(code: str, year: int) -> frozenset[dt.date]:
    """The holidays of one year, the days that replace those on a weekend included."""
    if code not in known_calendars():
        raise InvalidInput(f"There is no calendar {code}. Known: {', '.join(known_calendars())}.", field="calendar")
    if year not in YEARS:
        raise InvalidInput(f"The calendars reach from {YEARS[0]} to {YEARS[-1]}.", field="calendar")
    if code.startswith("DE-"):
        return holidays_of("DE", year) | _german_state(code[3:], year)
    if code == "NZ-PA":  # Privacy Act 2020, s.7: 25 December to 15 January are no working days
        closed = {dt.date(year, 12, day) for day in range(25, 32)} | {dt.date(year, 1, day) for day in range(1, 16)}
        return holidays_of("NZ", year) | closed
    fixed = sorted({dt.date(year, *day[:2]) for day in FIXED[code] if _in_force(day, year)})
    movable = {_easter(year, code) + dt.timedelta(days=offset) for offset in MOVABLE.get(code, ())}
    movable |= {_nth_weekday(year, *rule[:3]) for rule in WEEKDAYS.get(code, ()) if _in_force(rule, year, at=3)}
    movable |= {day for day in EXTRA.get(code, ()) if day.year == year}
    movable |= {MATARIKI[year]} if code == "NZ" and year in MATARIKI else set()
    return frozenset(_observed(code, fixed, movable, year))


def _in_force(day: tuple[int, ...], year: int, at: int = 2) -> bool:
    """A rule may name its first and its last year after its date."""
    first = day[at] if len(day) > at else 0
    last = day[at + 1] if len(day) > at + 1 else 9999
    return first <= year <= last


def _german_state(state: str, year: int) -> frozenset[dt.date]:
    fixed, offsets = GERMAN_STATES[state]
    days = {dt.date(year, month, day) for month, day in fixed}
    days |= {_easter(year, "DE") + dt.timedelta(days=offset) for offset in offsets}
    if state == "SN":  # the Wednesday before 23 November
        before = dt.date(year, 11, 22)
        days.add(before - dt.timedelta(days=(before.weekday() - 2) % 7))
    return frozenset(days)


def _observed(code: str, fixed: list[dt.date], movable: set[dt.date], year: int) -> Iterator[dt.date]:
    rule = OBSERVED.get(code, "")
    taken = set(fixed) | movable
    yield from taken
    if rule == "nearest":  # Saturday: the Friday before; Sunday: the Monday after
        for day in [*fixed, dt.date(year + 1, 1, 1)]:
            shift = {SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0)
            moved = day + dt.timedelta(days=shift)
            if shift and moved.year == year:
                yield moved
    if rule == "next":  # the next day that is neither a weekend nor a holiday
        for day in fixed:
            if day.weekday() >= SATURDAY:
                moved = day
                while moved.weekday() >= SATURDAY or moved in taken:
                    moved += dt.timedelta(days=1)
                taken.add(moved)
                yield moved
    if rule == "sunday":
        yield from (day + dt.timedelta(days=1) for day in fixed if day.weekday() == SUNDAY)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date:
    """`nth` from 1, or -1 for the last; a day of the month above 31 never occurs in the tables."""
    days = [week[weekday] for week in month_calendar.Calendar().monthdayscalendar(year, month) if week[weekday]]
    return dt.date(year, month, days[nth - 1 if nth > 0 else nth])


def _easter(year: int, code: str) -> dt.date:
    return _orthodox_easter(year) if code in ORTHODOX else _western_easter(year)


def _western_easter(year: int) -> dt.date:
    """The Gregorian computus."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * week) // 451
    month, day = divmod(epact + week - 7 * shift + 114, 31)
    return dt.date(year, month, day + 1)


def _orthodox_easter(year: int) -> dt.date:
    """The Julian computus, as a Gregorian date (13 days apart from 1900 to 2099)."""
    moon = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + week + 114, 31)
    return dt.date(year, month, day + 1) + dt.timedelta(days=13)

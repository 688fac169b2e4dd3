"""Days, months and working days, and the next working day; and how a day is said. Pure."""

import calendar as month_calendar
import datetime as dt
from dataclasses import dataclass

from privacy.kernel.deadlines import calendars
from privacy.kernel.deadlines.profiles import Rule


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A calendar, and the days that an installation added to it: `off` like a holiday, or `working` although
    they would be a weekend or a holiday."""

    code: str
    off: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()

    def has(self, day: dt.date, *, saturday_rolls: bool) -> bool:
        """Whether `day` is a working day. InvalidInput(calendar) for a code or a year that is not there."""
        if day in self.working:
            return True
        if (
            day in self.off
            or day.weekday() == calendars.SUNDAY
            or (saturday_rolls and day.weekday() == calendars.SATURDAY)
        ):
            return False
        return self.code == calendars.NONE or not calendars.is_holiday(day, self.code)


def count(start: dt.date, number: int, unit: str, calendar: WorkingDays, trace: list[str]) -> dt.date:
    """`number` days, months or working days after `start`, which is not counted itself."""
    if unit == "month":
        end = add_months(start, number)
        clamp = f" (there is no day {start.day} in that month)" if end.day != start.day else ""
        trace.append(f"{number_of(number, 'month')} later is {say(end)}{clamp}.")
        return end
    if unit == "business_day":
        end = start
        left = number
        while left:
            end += dt.timedelta(days=1)
            left -= calendar.has(end, saturday_rolls=True)
        trace.append(f"{number_of(number, 'working day')} later is {say(end)}.")
        return end
    end = start + dt.timedelta(days=number)
    trace.append(f"{number_of(number, 'day')} later is {say(end)}.")
    return end


def add_months(day: dt.date, number: int) -> dt.date:
    """The same-numbered day `number` months later, or the last day of that month (Reg. 1182/71 Art. 3(2)(c))."""
    year, month = divmod(day.month - 1 + number, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, month_calendar.monthrange(year, month)[1]))


def rolled(day: dt.date, rule: Rule, calendar: WorkingDays, trace: list[str]) -> dt.date:
    """The next working day of the rule, if `day` is none; once and last of all."""
    if rule.roll == "none" or calendar.code == calendars.NONE:
        return day
    end = day
    while not calendar.has(end, saturday_rolls=rule.roll == "weekend"):
        end += dt.timedelta(days=1)
    if end != day:
        trace.append(f"That is a weekend or a holiday in {calendar.code}, so it moves to {say(end)}.")
    return end


def say(day: dt.date) -> str:
    """A date as a sentence says it: Mon 2 Mar 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def number_of(number: int, word: str) -> str:
    """A number with its word: 1 day, 2 days."""
    return f"{number} {word}{'s' if number != 1 else ''}"

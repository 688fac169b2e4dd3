"""Rules of referring: within which days we refer, remind and assist. Pure."""

import datetime as dt

REFER_WITHIN_DAYS = 2  # working days after triage
REMIND_AFTER_DAYS = 7
ASSIST_WITHIN_DAYS = 10
SATURDAY = 5
LONGEST_NAME = 120


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The day that is `days` working days later; Saturday and Sunday are none."""
    while days:
        day += dt.timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day

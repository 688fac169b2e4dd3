"""Say how a due date was counted: as a line of reckoning for legal, and in plain words for the person."""

import datetime as dt
import json
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.models import Clock
from privacy.kernel.deadlines.counting import number_of
from privacy.kernel.deadlines.profiles import PROMISE

UNITS = {"month": "month", "day": "day", "business_day": "working day"}


def short_trace(row: Clock) -> str:
    """The reckoning in one line: “1 Mar + 1 month = 1 Apr; + 5 days paused; Sat → Mon 8 Apr”. Empty for a
    count from before the days on the way were kept."""
    steps = _steps(row)
    if not steps:
        return ""
    parts = []
    if steps["start_on"] != steps["received_on"]:
        parts.append(f"received {_day(steps['received_on'])}, starts {_day(steps['start_on'])}")
    parts.append(
        f"{_day(steps['start_on'])} + {number_of(steps['number'], UNITS[steps['unit']])} = {_day(steps['base_on'])}"
        + (" (extended)" if steps["extended_on"] else "")
    )
    if steps["paused_days"]:
        parts.append(f"+ {number_of(steps['paused_days'], 'day')} paused = {_day(steps['unrolled_on'])}")
    if row.statute_on and row.statute_on != steps["unrolled_on"]:
        parts.append(f"{steps['unrolled_on']:%a} → {row.statute_on:%a} {_day(row.statute_on)}")
    if row.promise_on and row.promise_on <= (row.statute_on or row.promise_on):
        parts.append(f"promise {_day(row.promise_on)}")
    if row.safe_on != row.due_on:
        parts.append(f"safe {_day(row.safe_on)}")
    return "; ".join(parts)


def plain_trace(row: Clock) -> str:
    """How a due date was counted, in plain words and the language in use. Sentences, no markup.

    A count from before the days on the way were kept is told by its English trace.
    """
    steps = _steps(row)
    if not steps:
        return row.trace
    says = [_("Your request reached us on %(day)s.") % {"day": _long(steps["received_on"])}]
    if steps["start_on"] != steps["received_on"]:
        says.append(
            _("The time to answer starts on %(day)s, when we had what we needed from you.")
            % {"day": _long(steps["start_on"])}
        )
    if row.profile != PROMISE:
        says.append(_period(steps))
    if steps["paused_days"]:
        says.append(
            ngettext(
                "We waited %(number)d day for your answer, which is added: %(day)s.",
                "We waited %(number)d days for your answer, which are added: %(day)s.",
                steps["paused_days"],
            )
            % {"number": steps["paused_days"], "day": _long(steps["unrolled_on"])}
        )
    if row.statute_on and row.statute_on != steps["unrolled_on"]:
        says.append(
            _("That is a weekend or a public holiday, so the law lets us answer until %(day)s.")
            % {"day": _long(row.statute_on)}
        )
    if row.promise_on and row.promise_on == row.due_on:
        says.append(_("We promise you an answer by %(day)s.") % {"day": _long(row.promise_on)})
    says.append(_("You get our answer by %(day)s at the latest.") % {"day": _long(row.due_on)})
    return " ".join(says)


def _period(steps: dict[str, Any]) -> str:
    number, day = steps["number"], _long(steps["base_on"])
    values = {"number": number, "day": day}
    if steps["extended_on"]:
        told = _long(steps["extended_on"])
        return _("On %(told)s we told you that we need more time; with it the law gives us until %(day)s.") % {
            "told": told,
            "day": day,
        }
    if steps["unit"] == "month":
        text = ngettext(
            "The law gives us %(number)d month: until %(day)s.",
            "The law gives us %(number)d months: until %(day)s.",
            number,
        )
    elif steps["unit"] == "business_day":
        text = ngettext(
            "The law gives us %(number)d working day: until %(day)s.",
            "The law gives us %(number)d working days: until %(day)s.",
            number,
        )
    else:
        text = ngettext(
            "The law gives us %(number)d day: until %(day)s.",
            "The law gives us %(number)d days: until %(day)s.",
            number,
        )
    return text % values


def _steps(row: Clock) -> dict[str, Any]:
    steps: dict[str, Any] = json.loads(row.steps)
    for name in ("received_on", "start_on", "base_on", "unrolled_on", "extended_on"):
        if steps.get(name):
            steps[name] = dt.date.fromisoformat(steps[name])
    return steps


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


def _long(day: dt.date) -> str:
    return date_format(day, "j F Y")

"""What must be right before the first request comes: the law, the calendar and the time zone to count by."""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from dsr.letters.authorities import BadRegister
from dsr.letters.authorities import register as authorities
from privacy.kernel.deadlines.calendars import NONE, known_calendars
from privacy.kernel.deadlines.profiles import PROFILES

FEW = 60  # codes that a hint lists; there are hundreds of time zones


@register
def check_counting(**_: Any) -> list[CheckMessage]:
    """A profile, a calendar or a zone that is not there would stop the clocks of every request."""
    known = [
        ("KEPT_PROFILE", settings.KEPT_PROFILE, set(PROFILES), "dsr.E001"),
        ("KEPT_CALENDAR", settings.KEPT_CALENDAR, {NONE, *known_calendars()}, "dsr.E002"),
        ("KEPT_TIME_ZONE", settings.KEPT_TIME_ZONE, available_timezones(), "dsr.E003"),
    ]
    return [
        Error(f"{name}: there is no {value!r}.", hint=_hint(codes), id=code)
        for name, value, codes, code in known
        if value not in codes
    ]


@register
def check_authorities(**_: Any) -> list[CheckMessage]:
    """A letter names an authority, so their register must be whole before one is written."""
    try:
        authorities()
    except BadRegister as error:
        return [
            Error(f"KEPT_AUTHORITIES: {error}", hint="See “Whom letters name” in docs/operators.md.", id="dsr.E004")
        ]
    return []


def _hint(codes: set[str]) -> str:
    return f"Known: {', '.join(sorted(codes))}." if len(codes) < FEW else "Name one such as Europe/Berlin."

"""Dates as the controller's clocks count them."""

import datetime as dt

from django import template
from django.conf import settings

from privacy.kernel import clock
from privacy.kernel.spoken_days import day_in_words

register = template.Library()


@register.filter
def local_day(moment: dt.datetime | None) -> str:
    """The calendar day of a moment where the controller is: "25 November 2026"; empty for none."""
    return _words(clock.local_date(moment, settings.KEPT_TIME_ZONE)) if moment else ""


@register.filter
def iso_day(text: str | None) -> str:
    """An ISO date from a stored summary, in words; empty for none."""
    return _words(dt.date.fromisoformat(text)) if text else ""


def _words(day: dt.date) -> str:
    return day_in_words(day)

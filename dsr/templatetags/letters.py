"""What pages of requests need of letters and days."""

import datetime as dt

from django import template

from dsr.letters.reading import Section, sections
from dsr.progress import Step, by_words
from privacy.kernel.spoken_days import day_in_words

register = template.Library()


@register.filter
def letter_sections(text: str) -> list[Section]:
    """A letter in parts that have headings."""
    return sections(text)


@register.filter
def in_words(day: dt.date | None) -> str:
    """A day in the reader's language; empty for none."""
    return day_in_words(day) if day else ""


@register.filter
def step_day(step: Step) -> str:
    """The day of a step."""
    return by_words(step)

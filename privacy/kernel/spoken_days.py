"""A calendar day as a person reads it, in the language that is active: "5 March 2026", "5. März 2026"."""

import datetime as dt
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language

_WAYS = {
    "de": "j. F Y",
    "es": r"j \d\e F \d\e Y",
    "pt": r"j \d\e F \d\e Y",
}
_FIRST_IN_FRENCH = r"j\e\r F Y"


def day_in_words(day: dt.date) -> str:
    """The day with its month written out, so that nobody mistakes it for another."""
    return _in_language(day, (get_language() or "en")[:2])


@lru_cache(maxsize=4096)
def _in_language(day: dt.date, language: str) -> str:
    """In the language that is active: letters and lists name the same days again and again."""
    if language == "fr" and day.day == 1:
        return str(dateformat.format(day, _FIRST_IN_FRENCH))
    words = str(dateformat.format(day, _WAYS.get(language, "j F Y")))
    return words.lower() if language == "pt" else words  # its months take no capital

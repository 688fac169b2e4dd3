"""Dates as the reader's language writes them, and texts that say in which language they are."""

import datetime as dt

from django import template
from django.utils import dateformat, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from privacy.kernel.languages import MAIN
from privacy.policy.texts import Words

register = template.Library()
DAY = {
    "en": "j F Y",
    "de": "j. F Y",
    "fr": "j F Y",
    "es": r"j \d\e F \d\e Y",
    "pt": r"j \d\e F \d\e Y",
    "hi": "j F Y",
}


def _format() -> str:
    return DAY.get(translation.get_language() or MAIN, DAY[MAIN])


@register.filter
def day(value: dt.date | None) -> str:
    """3 December 2026, 3. Dezember 2026, 3 de diciembre de 2026 …"""
    if value is None:
        return ""
    return dateformat.format(timezone.localtime(value) if isinstance(value, dt.datetime) else value, _format())


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """A day and a time with its zone, as a machine can read it too."""
    if value is None:
        return ""
    local = timezone.localtime(value, dt.UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>', local.isoformat(), dateformat.format(local, f"{_format()}, H:i")
    )


@register.filter
def foreign(words: Words) -> SafeString | str:
    """The attribute that marks a text in another language than the page's; nothing where it is the page's."""
    if words.language == (translation.get_language() or MAIN):
        return ""
    return format_html(' lang="{}"', words.language)

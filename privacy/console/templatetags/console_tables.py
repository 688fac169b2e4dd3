"""Lists of the console, readable on a phone."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
CELL = re.compile(r"^\s*<t[dh]")


@register.filter
def labeled(cells: Iterable[str], headers: list[dict[str, Any]]) -> list[SafeString]:
    """Each cell of a row, as Django made it, with its column's title in `data-label`."""
    titles = [conditional_escape(capfirst(str(header["text"]))) for header in headers]
    return [
        mark_safe(CELL.sub(lambda start, title=title: f'{start[0]} data-label="{title}"', cell, count=1))  # noqa: S308  # both are escaped
        for cell, title in zip(cells, titles, strict=True)
    ]

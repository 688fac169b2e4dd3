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
    return [_label(cell, title) for cell, title in zip(cells, titles, strict=True)]


def _label(cell: str, title: str) -> SafeString:
    """Both are escaped already."""
    start = CELL.match(cell)
    return mark_safe(f'{start[0]} data-label="{title}"{cell[start.end() :]}' if start else cell)  # noqa: S308

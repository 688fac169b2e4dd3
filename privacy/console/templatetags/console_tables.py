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
    titles = [conditional_escape(capfirst(_title(header))) for header in headers]
    return [_label(cell, title) for cell, title in zip(cells, titles, strict=True)]


def _title(header: dict[str, Any]) -> str:
    """The column of checkboxes has a box for all of them where others have a title."""
    return "select" if "action-checkbox-column" in header.get("class_attrib", "") else str(header["text"])


def _label(cell: str, title: str) -> SafeString:
    """Both are escaped already."""
    start = CELL.match(cell)
    return mark_safe(f'{start[0]} data-label="{title}"{cell[start.end() :]}' if start else cell)  # noqa: S308

"""The page of a package that a person reads: one file, no network, no script, in the requester's language."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from privacy.kernel.languages import known
from privacy.personal_data.packaging.information import CategoryFacts, Document, Information
from privacy.personal_data.packaging.tables import Answer, Table

STYLE = Path(__file__).with_name("page.css")  # within the page, so that it is one file; it has none of <>&"'
SHOWN_ROWS = 100
LONGEST_CELL = 2000  # characters: what is longer is shortened here and whole in the files
LEFT_OUT = {
    "basis": _("used on another ground than your consent or a contract"),
    "derived": _("worked out by us from other data"),
    "not_provided": _("told to us by somebody else"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it."""

    label: str
    system: str
    rows: int
    columns: list[str]
    cells: list[list[Any]]
    place: str

    @property
    def is_cut(self) -> bool:
        return self.rows > len(self.cells)


def index_html(
    *,
    answers: Sequence[Answer],
    shown: Sequence[tuple[Table, int]],
    information: Information,
    documents: Sequence[tuple[Document, str]],
    masked: int,
    contents: AbstractSet[str],
    language: str,
    now: dt.datetime,
) -> str:
    """The page. Of each table the first rows, so that it stays readable and small."""
    only_portable = "access" not in contents
    parts = {
        (table.place, category): part
        for table, _ in shown
        for category in table.categories
        if (part := _shown(table, category, only_portable=only_portable)).cells
    }
    filed = {part for category in information.categories for part in category.parts}
    rest = [part for part in parts if part not in filed]
    nothing = {answer.handler.label for answer in answers if not answer.tables and not answer.is_silent}
    categories = [(each, [parts[part] for part in each.parts]) for each in information.categories]
    if rest:
        categories.append((CategoryFacts("", ""), [parts[part] for part in rest]))
    code, style = known(language), STYLE.read_text(encoding="utf-8")
    with translation.override(code):
        return render_to_string(
            "personal_data/package.html",
            {
                "language": code,
                "contents": contents,
                "information": information,
                "categories": categories,
                "silent": [answer.handler.label for answer in answers if answer.is_silent],
                "empty": sorted(nothing),
                "left_out": _left_out(answers) if "portability" in contents else [],
                "documents": documents,
                "masked": masked,
                "style": format_html("<style>{}</style>", style),
                "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
                "created_at": now.astimezone(dt.UTC),
            },
        )


def _shown(table: Table, category: str, *, only_portable: bool) -> Shown:
    columns = list(table.columns)
    rows = (table.portable_in if only_portable else table.categories)[category]
    first = islice(table.read(only_portable=only_portable, category=category), SHOWN_ROWS)
    cells = [[_short(row.get(column)) for column in columns] for row in first]
    system = "" if table.handler.system == "kept" else table.handler.label
    return Shown(table.label, system, rows, columns, cells, table.place)


def _short(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return f"{value[:LONGEST_CELL]} …"
    return value


def _left_out(answers: Sequence[Answer]) -> list[tuple[str, list[tuple[Any, int]]]]:
    """By table: what Article 20 does not cover, and why."""
    found = []
    for answer in answers:
        for table in answer.tables:
            if table.left_out:
                reasons = [(LEFT_OUT.get(code, code), count) for code, count in sorted(table.left_out.items())]
                found.append((table.label, reasons))
    return found

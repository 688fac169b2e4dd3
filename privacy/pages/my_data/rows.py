"""The rows of one of our own tables, as the person they are about reads them: a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, IntegerField, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from privacy.kernel.errors import NotFound
from privacy.kernel.keyring import UnreadableValue
from privacy.pages.my_data.words import LONG, column_words, value_words
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.declaring import Declaration
from privacy.personal_data.model_handler import ModelHandler

PAGE = 25
UNREADABLE = _("This value cannot be read at present.")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `is_long`: show it folded."""

    column: str
    text: str

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG


@dataclass(frozen=True, slots=True)
class RowsPage:
    """`more` is the row key to go on from, empty on the last page."""

    label: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    more: str


def own_table(key: str) -> ModelHandler:
    """The handler of one of our tables; NotFound for anything else."""
    try:
        handler = handlers.get(key)
    except KeyError:
        handler = None
    if not isinstance(handler, ModelHandler):
        raise NotFound("There is no such table.")
    return handler


def page_of_rows(handler: ModelHandler, person: Person, *, after: str, purposes: dict[str, str]) -> RowsPage:
    """The newest rows first. NotFound where `after` is not a row of this person."""
    declared = handler.declaration
    names = [name for name, rule in declared.fields.items() if rule.is_exported]
    rows = handler.rows_of(person)
    column = _order_column(declared, names)
    if after:
        rows = _behind(rows, column, after)
    order = ["-pk"] if column is None else [f"-{column}", "-pk"]
    page = list(rows.order_by(*order)[: PAGE + 1])
    return RowsPage(
        label=gettext(declared.label),
        columns=[column_words(name) for name in names],
        rows=[[_cell(declared, row, name, purposes) for name in names] for row in page[:PAGE]],
        more=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
    )


def _order_column(declared: Declaration, names: Sequence[str]) -> str | None:
    """A time that every row has; None where the key itself counts up."""
    meta = declared.model._meta
    if isinstance(meta.pk, IntegerField):
        return None
    for name in names:
        column = meta.get_field(name)
        if isinstance(column, DateTimeField) and not column.null:
            return name
    return None


def _behind(rows: "QuerySet[Any]", column: str | None, after: str) -> "QuerySet[Any]":
    try:
        last = rows.filter(pk=after).first()
    except (ValueError, ValidationError):
        last = None
    if last is None:
        raise NotFound("There is no such row.")
    if column is None:
        return rows.filter(pk__lt=last.pk)
    moment = getattr(last, column)
    return rows.filter(Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "pk__lt": last.pk}))


def _cell(declared: Declaration, row: Any, name: str, purposes: dict[str, str]) -> Cell:
    try:
        field = declared.model._meta.get_field(name)
        text = value_words(field, getattr(row, name), purposes)  # type: ignore[arg-type]  # a column, never a relation back
    except UnreadableValue:
        text = str(UNREADABLE)
    return Cell(column_words(name), text)

"""Which tables are emptied by time: what an app says in `<app>/disposals.py`, and retention carries out.

    disposable(LoginEvent, period="login_history", column="logged_in_at")
    disposable(Contact, period="case_contact", column="erase_on", column_is="end")
    disposable(Usage, period="usage", column="used_at", blank={"device": ""})

`period` is the code of a retention period of the policy; how long it is stands there and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.apps import apps
from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, slots=True)
class Disposable:
    """Rows of `model` go when the period has passed since `column`, or when `column` itself has come.

    Without `blank` the rows are deleted; with it these columns get these values and the row stays.
    `rows` narrows the table. `code` names the rule; there is one for each table and period.
    """

    code: str
    model: type[Model]
    period: str
    column: str
    column_is: Literal["start", "end"] = "start"
    rows: Callable[[Any], Any] | None = None
    blank: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.label

    @property
    def action(self) -> str:
        return "anonymize" if self.blank else "delete"

    def candidates(self) -> "QuerySet[Any]":
        """Every row that the rule can ever act on; a row that is blank already is none."""
        rows = self.model._base_manager.filter(**{f"{self.column}__isnull": False})
        if self.rows:
            rows = self.rows(rows)
        return rows.exclude(Q(**self.blank)) if self.blank else rows

    def dispose(self, rows: "QuerySet[Any]") -> int:
        """Delete or blank these candidates, inside the caller's transaction. Nothing cascades."""
        if self.blank:
            return rows.update(**self.blank)
        return int(rows._raw_delete(rows.db) or 0)


_disposables: dict[str, Disposable] = {}


def disposable(
    model: type[Model] | str,
    *,
    period: str,
    column: str,
    code: str = "",
    column_is: Literal["start", "end"] = "start",
    rows: Callable[[Any], Any] | None = None,
    blank: Mapping[str, Any] | None = None,
) -> Disposable:
    """Register a table; `code` is that of the period unless said otherwise. ValueError where it is taken."""
    concrete = apps.get_model(model) if isinstance(model, str) else model
    concrete._meta.get_field(column)
    rule = Disposable(code or period, concrete, period, column, column_is, rows, dict(blank or {}))
    if rule.code in _disposables:
        raise ValueError(f"The disposal {rule.code} is registered twice.")
    _disposables[rule.code] = rule
    return rule


def disposables() -> list[Disposable]:
    """Every registered table, by code."""
    return sorted(_disposables.values(), key=lambda rule: rule.code)

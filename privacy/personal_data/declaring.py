"""What every app says about its models, in `<app>/personal_data.py`: declared field by field, or exempt.

`manage.py check` fails for a model or field that is neither, and for a declaration that no longer
fits the models. The words below are all there is to say:

    declare(
        LoginEvent, category="login_history", purpose="security_logs", subject="subject",
        label="Logins", on_erase=DELETE,
        fields={"id": technical("row id"), "ip": shown(), "session": secret("a credential")},
    )
    exempt("sessions.Session", "opaque; rows end with the session")
"""

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from privacy.personal_data.contract import handlers


@dataclass(frozen=True, slots=True)
class FieldRule:
    """`is_exported` to the person; `blank_with` is the value (or a function of the row key) that an
    anonymizing erasure writes; without one the field stays."""

    is_exported: bool
    reason: str = ""
    blank_with: Any = None
    is_blanked: bool = False
    rectify_as: str = ""  # the category under which a correction finds it, such as user.name


_NOTHING = object()
Narrowing = Callable[[Any], Any]
_steady: dict[Narrowing, Callable[[], Hashable]] = {}


def steady(rows: Narrowing, *, during: Callable[[], Hashable] = tuple) -> Narrowing:
    """Mark a narrowing that asks neither the clock nor a switch: its SQL is the same at every time and may be kept.
    With `during` it is the same as long as that says the same, such as the day."""
    _steady[rows] = during
    return rows


def shown(*, blank: Any = _NOTHING, rectify_as: str = "") -> FieldRule:
    """Personal data that the person may see. `blank`: what an anonymizing erasure writes instead,
    a value or a function of the row key (for unique columns)."""
    return FieldRule(
        is_exported=True,
        blank_with=None if blank is _NOTHING else blank,
        is_blanked=blank is not _NOTHING,
        rectify_as=rectify_as,
    )


def secret(reason: str, *, blank: Any = _NOTHING) -> FieldRule:
    """Never exported: a credential, a staff note, another person's data."""
    return FieldRule(
        is_exported=False,
        reason=reason,
        blank_with=None if blank is _NOTHING else blank,
        is_blanked=blank is not _NOTHING,
    )


def technical(reason: str) -> FieldRule:
    """Says nothing about the person by itself: keys, states, hashes."""
    return FieldRule(is_exported=False, reason=reason)


@dataclass(frozen=True, slots=True)
class OnErase:
    """What an erasure does to a row: `kind` delete, anonymize or retain (with `ground`, and until
    `days` after the date in the column `anchor`). `goes`: what was retained is deleted by itself on that day;
    other retained rows are evidence, or are let go by a retention rule."""

    kind: str
    ground: str = ""
    anchor: str = ""
    days: int = 0
    note: str = ""
    goes: bool = False


DELETE = OnErase("delete")
ANONYMIZE = OnErase("anonymize")


def retain(*, ground: str, anchor: str, days: int, note: str = "", goes: bool = False) -> OnErase:
    """Rows stay until `days` after the date in `anchor`; `ground` is a code of the grounds catalogue. With `goes`
    an erasure that kept them deletes them by itself then; nothing may point at such rows."""
    return OnErase("retain", ground=ground, anchor=anchor, days=days, note=note, goes=goes)


EVIDENCE_DAYS = 3 * 365
EVIDENCE = retain(
    ground="accountability",
    anchor="at",
    days=EVIDENCE_DAYS,
    note="Proof of what was done. It holds codes, ids and hashes, and nothing that says who you are.",
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One model as declared. `subject` is the lookup path from a row to the subject's id; `grouped_by` the path
    of what an export is grouped by, such as the site; `category_in` the column that has the category of a row, where
    rows are of several."""

    model: type[Model]
    category: str
    purpose: str
    subject: str
    label: str
    on_erase: OnErase
    fields: Mapping[str, FieldRule]
    rows: Narrowing | None = None
    grouped_by: str = ""
    category_in: str = ""

    @property
    def key(self) -> str:
        return self.model._meta.label

    @property
    def phase(self) -> Hashable:
        """The question for its rows is the same as long as this is: () at every time, None for one moment only."""
        if self.rows is None:
            return ()
        during = _steady.get(self.rows)
        return during() if during else None

    @property
    def is_steady(self) -> bool:
        """Whether the question for its rows is the same at every time."""
        return self.phase == ()

    def retain_until(self, anchor: dt.datetime | dt.date | None) -> dt.date | None:
        """When a retained row may go, counted from its anchor."""
        if anchor is None:
            return None
        day = anchor.date() if isinstance(anchor, dt.datetime) else anchor
        return day + dt.timedelta(days=self.on_erase.days)


declarations: dict[str, Declaration] = {}
exemptions: dict[str, str] = {}


def declare(
    model: type[Model] | str,
    *,
    category: str,
    purpose: str,
    subject: str,
    label: str,
    on_erase: OnErase,
    fields: Mapping[str, FieldRule],
    rows: Narrowing | None = None,
    grouped_by: str = "",
    category_in: str = "",
) -> Declaration:
    """Declare a model and register its handler.

    `category` and `purpose` are codes of the policy; `label` is what the person reads; `rows` narrows
    the queryset to the rows that belong here; an export lists them group by group of `grouped_by`, which has
    few values; `category_in` names the column with the category of each row. ValueError for a second declaration.
    """
    from privacy.personal_data.model_handler import ModelHandler  # noqa: PLC0415 - it is made from declarations

    concrete = apps.get_model(model) if isinstance(model, str) else model
    declaration = Declaration(
        concrete, category, purpose, subject, label, on_erase, dict(fields), rows, grouped_by, category_in
    )
    if declaration.key in declarations or declaration.key in exemptions:
        raise ValueError(f"{declaration.key} is declared twice.")
    declarations[declaration.key] = declaration
    handlers.register(ModelHandler(declaration))
    return declaration


def exempt(model: type[Model] | str, reason: str) -> None:
    """Say why a model holds no personal data. A label of a model that does not exist fails the check."""
    label = model if isinstance(model, str) else model._meta.label
    if not reason or label in declarations or label in exemptions:
        raise ValueError(f"{label} needs one reason, once.")
    exemptions[label] = reason

"""What hangs on a key: every encrypted field by itself, and what an app registers beside them."""

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Substr

from privacy.kernel.fields import EncryptedTextField, Sealed
from privacy.kernel.keyring import keyring

Remake = Callable[[Any], Any]


@dataclass(frozen=True)
class KeyedColumn:
    """A column whose values begin with the id of their key. `remake` gives the value of a row under the primary; it
    raises UnreadableValue or LookupError where that cannot be. `is_json`: values stand somewhere within JSON."""

    model: type[models.Model]
    column: str
    remake: Remake
    is_json: bool = False

    @property
    def label(self) -> str:
        """For people: table and column."""
        return f"{self.model._meta.label}.{self.column}"

    def under_old_keys(self) -> "QuerySet[Any]":
        """The rows whose value is not under the primary key."""
        rows: QuerySet[Any] = self.model._base_manager.annotate(text_of_it=Cast(F(self.column), TextField()))
        ring = keyring()
        if self.is_json:
            older = (Q(text_of_it__contains=f'"{key}:') for key in ring.keys if key != ring.primary)
            return rows.filter(functools.reduce(operator.or_, older, Q(pk__in=())))
        current = f"{ring.primary}:"
        rows = rows.annotate(key_of_it=Substr("text_of_it", 1, len(current)))
        return rows.exclude(text_of_it=None).exclude(text_of_it="").exclude(key_of_it=Value(current))


_registered: list[Callable[[], KeyedColumn]] = []


def register_keyed(label: str, column: str, remake: Remake, *, is_json: bool = False) -> None:
    """Say of a column that is no encrypted field that its values hang on a key."""
    _registered.append(lambda: KeyedColumn(apps.get_model(label), column, remake, is_json))


def keyed_columns() -> list[KeyedColumn]:
    """Every column that hangs on a key, in a stable order; indexes last, for they are made from what is sealed."""
    fields = [
        KeyedColumn(model, field.attname, _sealed_again(field))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    return [*sorted(fields, key=lambda each: each.label), *(make() for make in _registered)]


def _sealed_again(field: EncryptedTextField) -> Remake:
    def remake(row: Any) -> Sealed:
        text = getattr(row, field.attname)
        return Sealed(keyring().seal(text.encode(), context=field.context_of(row)))

    return remake

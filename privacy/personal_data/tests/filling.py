"""Rows of every declared table for one person, made from what the models say about themselves.

Texts carry a mark: `secret` ones stand in fields that are declared as never shown, `own` ones in all others.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import models
from django.db.models import NOT_PROVIDED, Model

from privacy.kernel import clock
from privacy.personal_data.declaring import declarations
from privacy.personal_data.models import Subject

_numbers = itertools.count(1)
Values = dict[str, Any]
SPECIAL: dict[str, Callable[[], Values]] = {  # what a table's own conditions ask for
    "demands.LegalDemand": lambda: {"state": "answered"},
    "retention.LegalHold": lambda: {"released_at": clock.now()},
}


class Filling:
    """Makes rows for one person; `own` and `secret` are the marks in their texts."""

    def __init__(self, name: str) -> None:
        self.subject = Subject.objects.create()
        self.own, self.secret = f"own-{name}", f"hid-{name}"
        self.made: dict[str, Model] = {}

    def everything(self) -> None:
        """One row of each declared table, about this person."""
        for declaration in declarations.values():
            self.row(declaration.model)

    def row(self, model: type[Model]) -> Model:
        """The row of a table; whatever it points at is made before it."""
        label = model._meta.label
        if model is Subject:
            return self.subject
        if label not in self.made:
            values = {**self._values(model), **SPECIAL.get(label, dict)()}
            row = model(**values)
            models.Model.save_base(row, force_insert=True)
            self.made[label] = row
        return self.made[label]

    def _values(self, model: type[Model]) -> Values:
        return {field.name: value for field in model._meta.concrete_fields for value in self._value(model, field)}

    def _value(self, model: type[Model], field: Any) -> Iterator[Any]:
        declared = declarations.get(model._meta.label)
        rule = declared.fields.get(field.name) if declared else None
        anchor = declared.on_erase.anchor if declared else ""
        if field.name in ("subject_id", "subject") and not field.is_relation and isinstance(field, models.UUIDField):
            yield self.subject.pk
        elif field.primary_key and (field.has_default() or isinstance(field, models.AutoField)):
            return
        elif field.is_relation:
            if field.name == "subject" or not field.null or (declared and declared.subject.startswith(field.name)):
                yield self.row(field.related_model)
        elif field.name == anchor:
            yield clock.now() if isinstance(field, models.DateTimeField) else clock.now().date()
        elif field.choices and not field.blank and field.default is NOT_PROVIDED:
            yield next(iter(field.flatchoices))[0]
        elif rule is not None and not field.choices and isinstance(field, models.TextField | models.CharField):
            yield from self._text(field, self.own if rule.is_exported else self.secret)
        elif field.default is NOT_PROVIDED and not field.null and not field.blank:
            yield self._plain(field)

    def _text(self, field: Any, mark: str) -> Iterator[str]:
        text = f"{mark}-{next(_numbers)}"
        if not field.max_length or len(text) <= field.max_length:
            yield f"{text}@example.com" if isinstance(field, models.EmailField) else text
        elif field.default is NOT_PROVIDED and not field.blank:
            yield text[-field.max_length :]

    def _plain(self, field: Any) -> Any:
        kinds: list[tuple[type, Any]] = [
            (models.DateTimeField, clock.now()),
            (models.DateField, clock.now().date()),
            (models.UUIDField, uuid.uuid4()),
            (models.BooleanField, False),
            (models.GenericIPAddressField, "203.0.113.7"),
            (models.IntegerField, next(_numbers)),
            (models.JSONField, {}),
            (models.CharField, f"x{next(_numbers)}"[-(field.max_length or 20) :]),
            (models.TextField, f"x{next(_numbers)}"),
        ]
        return next(value for kind, value in kinds if isinstance(field, kind))

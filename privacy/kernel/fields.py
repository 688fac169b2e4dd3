"""A text column that is encrypted in the database and bound to its table, column and row.

A value copied into another row, column or table does not decrypt. The row id must exist before the
insert, so models that use the field have a UUID made by `default`. The column cannot be searched
(see `blind_index`) and cannot be set by `QuerySet.update`, which knows no row.
"""

from typing import Any

from django.db import models

from privacy.kernel.keyring import keyring


class Sealed(str):
    """Ciphertext as it stands in the database, not yet opened."""

    __slots__ = ()


class _Opener:
    """Opens the ciphertext when the attribute is first read, because only then is the row known."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])  # a deferred column
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            context = self.field.context_of(instance)
            value = instance.__dict__[name] = keyring().open(value, context=context).decode()
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # takes no brackets at run time
    """Text that only this row can read. Empty text and None are stored as they are."""

    def contribute_to_class(
        self,
        cls: type[models.Model],
        name: str,
        private_only: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opener(self))

    def context_of(self, instance: models.Model) -> str:
        """What a value is bound to: table, column and row id."""
        if instance.pk is None:
            raise ValueError("An encrypted field needs a row id that exists before the insert.")
        return f"{self.model._meta.db_table}|{self.column}|{instance.pk}"

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's own signature
        value = model_instance.__dict__.get(self.attname)
        if not value or isinstance(value, Sealed):
            return value
        return Sealed(keyring().seal(str(value).encode(), context=self.context_of(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Sealed):
            raise TypeError("An encrypted field is written through its row, not by update() or filter().")
        return None if value is None else str(value)

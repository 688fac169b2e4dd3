"""Rows by ready SQL: an INSERT that is put together once for each model, and several statements in one round trip.

The ORM costs more than the database where a row is only inserted. Values pass the fields all the same, so that
encryption, marks and adaptation are those of the model.
"""

import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BooleanField, CharField, Field, Model, TextField, UUIDField

# Of exactly these fields: one that is made from them (sealed, marked) has its own say.
PLAIN: dict[type, type | None] = {CharField: str, TextField: str, BooleanField: bool, UUIDField: uuid.UUID}


class Statement(NamedTuple):
    """SQL with marks (%s), and its values as the database takes them."""

    sql: str
    values: list[Any]


def insertion(row: Model) -> Statement:
    """The INSERT of a new row; what the database numbers by itself is left to it."""
    sql, fields = _shape(type(row))
    here = connections[DEFAULT_DB_ALIAS]  # `connection` looks it up anew at every touch
    values = [
        value
        if plain is not None and ((value := getattr(row, field.attname)) is None or type(value) is plain)
        else field.get_db_prep_save(field.pre_save(row, add=True), here)
        for field, plain in fields
    ]
    row._state.adding = False
    row._state.db = here.alias
    return Statement(sql, values)


def insertion_of_all(rows: Sequence[Model]) -> Statement:
    """One INSERT of several new rows of a model; there must be one at least."""
    each = [insertion(row) for row in rows]
    marks = f"({', '.join(['%s'] * len(each[0].values))})"
    more = f", {marks}" * (len(each) - 1)
    return Statement(each[0].sql + more, [value for statement in each for value in statement.values])


def adapted(model: type[Model], **values: Any) -> list[Any]:
    """Values of columns, by their field names, as the database takes them."""
    here = connections[DEFAULT_DB_ALIAS]
    return [_field(model, name).get_db_prep_save(value, here) for name, value in values.items()]


def run_together(statements: Sequence[Statement]) -> int:
    """Run them in order, on PostgreSQL in one round trip. Returns how many rows the last one touched."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";\n".join(each.sql for each in statements), [v for each in statements for v in each.values])
        else:
            for each in statements:
                cursor.execute(each.sql, each.values)
        return int(cursor.rowcount)


def insert(row: Model) -> None:
    """Insert one row; a key that the database numbers is read back."""
    statement = insertion(row)
    key = row._meta.pk
    is_numbered = key is not None and row.pk is None
    with connection.cursor() as cursor:
        if is_numbered and key is not None:
            cursor.execute(f'{statement.sql} RETURNING "{key.column}"', statement.values)
            row.pk = cursor.fetchone()[0]
        else:
            cursor.execute(statement.sql, statement.values)


def change(row: Model, *names: str) -> bool:
    """Write these fields of a stored row; whether it is still there."""
    here = connections[DEFAULT_DB_ALIAS]
    fields = [_field(type(row), name) for name in names]
    key: Any = row._meta.pk
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=False), here) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{row._meta.db_table}" SET {columns} WHERE "{key.column}" = %s',  # noqa: S608 - names of a model
            [*values, key.get_db_prep_save(row.pk, here)],
        )
        return bool(cursor.rowcount == 1)


def change_where(model: type[Model], where: dict[str, Any], **changes: Any) -> int:
    """Compare and set: write these fields of the rows that have these values (None: that have none), by field names.
    Returns how many there were."""
    written = ", ".join(f'"{_field(model, name).column}" = %s' for name in changes)
    asked = " AND ".join(
        f'"{_field(model, name).column}" ' + ("IS NULL" if value is None else "= %s") for name, value in where.items()
    )
    known = {name: value for name, value in where.items() if value is not None}
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" SET {written} WHERE {asked}',  # noqa: S608 - names of a model
            [*adapted(model, **changes), *adapted(model, **known)],
        )
        return int(cursor.rowcount)


def insert_unless(row: Model, *unique: str) -> bool:
    """Insert one row unless there is one with these values in a unique constraint; whether it was inserted.

    One statement, and no savepoint: a row that another transaction is about to insert is waited for.
    """
    statement = insertion(row)
    columns = ", ".join(f'"{_field(type(row), name).column}"' for name in unique)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.sql} ON CONFLICT ({columns}) DO NOTHING", statement.values)
        return bool(cursor.rowcount == 1)


@lru_cache(maxsize=1024)
def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return next(field for field in model._meta.local_concrete_fields if name in {field.name, field.attname})


@lru_cache(maxsize=64)
def _shape(model: type[Model]) -> tuple[str, tuple[tuple["Field[Any, Any]", type | None], ...]]:
    """The INSERT, and each field with the type of value that it would hand on as it is."""
    plain = PLAIN if connection.features.has_native_uuid_field else {**PLAIN, UUIDField: None}
    fields = tuple(
        field for field in model._meta.local_concrete_fields if not field.get_internal_type().endswith("AutoField")
    )
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', tuple(  # noqa: S608 - names of a model
        (field, plain.get(type(field))) for field in fields
    )

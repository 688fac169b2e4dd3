"""Many rows at once, from values in their canonical forms: the texts that hashes are made over are what is written.

On PostgreSQL they stream into COPY: while the server inserts, the rows that follow are still being made, so
that hashing and inserting go on side by side. On SQLite they are inserted by one prepared statement.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

Plain = str | int | bool | None
NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
BUFFER = 1 << 16
ROWS = 150  # about as many as fill the buffer


def write_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Plain]]) -> None:
    """Insert rows of these fields, in the caller's transaction. The other columns get what the database gives."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]  # concrete fields
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(rows), BUFFER)
            return
        marks = ", ".join(["%s"] * len(names))
        into = [sqlite_form(field) for field in fields]
        values = ([form(value) for form, value in zip(into, row, strict=True)] for row in rows)
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values))  # noqa: S608 - names of a model


def copy_text(rows: Sequence[Sequence[Plain]]) -> str:
    """Rows in the text form of COPY. Whether anything needs an escape is seen in all of them at once: hardly ever."""
    lines = [
        "\t".join([value if value.__class__ is str else NULL if value is None else str(value) for value in row])
        for row in rows
    ]
    whole = "\n".join([*lines, ""])
    tabs = sum(len(row) - 1 for row in rows)
    nulls = sum(row.count(None) for row in rows)  # each has one backslash, so any more are in a value
    if (whole.count("\t"), whole.count("\\"), whole.count("\n")) == (tabs, nulls, len(rows)) and "\r" not in whole:
        return whole
    return "".join("\t".join([_escaped(value) for value in row]) + "\n" for row in rows)


def _escaped(value: Plain) -> str:
    return NULL if value is None else str(value).translate(ESCAPES)


class _Lines:
    """A file that is written while it is read."""

    def __init__(self, rows: Iterable[Sequence[Plain]]) -> None:
        self._rows = iter(rows)

    def read(self, _size: int = BUFFER) -> str:
        return copy_text(list(islice(self._rows, ROWS)))


def sqlite_form(field: Any) -> Callable[[Plain], Plain]:
    """From the canonical form of a value to the one that Django stores on SQLite."""
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.UUIDField):
        return lambda value: value.replace("-", "") if isinstance(value, str) else value
    if isinstance(field, models.DateTimeField):
        return lambda value: _moment(value) if isinstance(value, str) else value
    return lambda value: value


def _moment(text: str) -> str:
    fraction = "" if text[20:26] == "000000" else text[19:26]
    return f"{text[:10]} {text[11:19]}{fraction}"

"""Many rows at once, from values in their canonical forms: the texts that hashes are made over are what is written.

On PostgreSQL they stream into COPY: while the server inserts, the rows that follow are still being made, so
that hashing and inserting go on side by side. On SQLite they are inserted by one prepared statement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

Plain = str | int | bool | None
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
BUFFER = 1 << 16


def write_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Plain]]) -> None:
    """Insert rows of these fields, in the caller's transaction. The other columns get what the database gives."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]  # concrete fields
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = _Lines(copy_line(row) for row in rows)
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", lines, BUFFER)
            return
        marks = ", ".join(["%s"] * len(names))
        into = [sqlite_form(field) for field in fields]
        values = ([form(value) for form, value in zip(into, row, strict=True)] for row in rows)
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values))  # noqa: S608 - names of a model


def copy_line(row: Sequence[Plain]) -> str:
    """One row in the text form of COPY."""
    texts = [value if value.__class__ is str else "" if value is None else str(value) for value in row]
    whole = "\t".join(texts)
    if "\\" in whole or "\n" in whole or "\r" in whole or whole.count("\t") != len(texts) - 1:
        texts = [text.translate(ESCAPES) for text in texts]
    return "\t".join([r"\N" if value is None else text for value, text in zip(row, texts, strict=True)]) + "\n"


class _Lines:
    """A file that is written while it is read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int = BUFFER) -> str:
        parts, length = [], 0
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if length >= size:
                break
        return "".join(parts)


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

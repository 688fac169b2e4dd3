"""Rows of the log as the plain values that hashes are made over, read in pages by their key.

The database writes times, dates and ids as their canonical texts, so that no model, no datetime and no
UUID is made for a row that is only to be hashed. A page is a statement of its own: no transaction stays
open over a long reading, and memory does not grow with the log.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

PAGE = 2000
Row = tuple[Any, ...]

_TEXTS = {
    "postgresql": {
        models.DateTimeField: """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
        models.DateField: "to_char({0}, 'YYYY-MM-DD')",
        models.UUIDField: "{0}::text",
    },
    "sqlite": {
        models.DateTimeField: (
            "substr({0}, 1, 10) || 'T' || substr({0}, 12, 8) || '.' || substr(substr({0}, 21) || '000000', 1, 6) || 'Z'"
        ),
        models.DateField: "{0} || ''",
        models.UUIDField: (
            "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || "
            "substr({0}, 17, 4) || '-' || substr({0}, 21)"
        ),
    },
}


def plain(model: type[models.Model], name: str, alias: str = "t") -> str:
    """The SQL of one column in its canonical form."""
    field = model._meta.get_field(name)
    column = f"{alias}.{connection.ops.quote_name(str(field.column))}"  # type: ignore[union-attr]  # a concrete field
    for kind, text in _TEXTS[connection.vendor].items():
        if isinstance(field, kind):
            return text.format(column)
    return column


def plain_columns(model: type[models.Model], names: Sequence[str], alias: str = "t") -> str:
    """The SQL of several columns in their canonical forms."""
    return ", ".join(plain(model, name, alias) for name in names)


def table_of(model: type[models.Model]) -> str:
    """The quoted name of the model's table."""
    return connection.ops.quote_name(model._meta.db_table)


def pages_by_number(model: type[models.Model], names: Sequence[str], *, where: str = "") -> Iterator[list[Row]]:
    """Every row in the order of its number; the first column of each is that number."""
    condition = f"AND {where}" if where else ""
    sql = (
        f"SELECT t.id, {plain_columns(model, names)} FROM {table_of(model)} t WHERE t.id > %s {condition} "  # noqa: S608 - names of fields, no values
        f"ORDER BY t.id LIMIT {PAGE}"
    )
    last = 0
    while rows := read(sql, [last]):
        yield rows
        last = rows[-1][0]


def rows_by_id(model: type[models.Model], names: Sequence[str], ids: Sequence[str]) -> dict[str, Row]:
    """These rows by the text of their id; the first column of each is that text."""
    columns = plain_columns(model, names)
    if connection.vendor == "postgresql":
        where, values = "t.id = ANY(%s::uuid[])", [list(ids)]
    else:
        where, values = f"t.id IN ({', '.join(['%s'] * len(ids))})", [each.replace("-", "") for each in ids]  # type: ignore[misc]  # texts
    sql = f"SELECT {plain(model, 'id')}, {columns} FROM {table_of(model)} t WHERE {where}"  # noqa: S608 - names of fields, no values
    return {row[0]: row for row in read(sql, values)}


def read(sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Row] = cursor.fetchall()
    return rows

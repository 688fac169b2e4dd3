"""Statements over outside tables that are put together once: what is asked for every person, with other values.

SQLAlchemy keeps the text of a statement, and has to go through a new one piece by piece to see that it knows it. One
that is used again is known at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.database import PAGE, Row, among, read_pages

LONGEST_KEPT = 20  # values of a composite key: more are of any number, seldom the same again
Columns = tuple[str, ...]
Values = Sequence[Any]


def read_among(
    connection: Connection, table: Any, keys: Columns, columns: Columns, values: Sequence[Values]
) -> Iterator[list[Row]]:
    """The rows whose `columns` are one of `values`, page by page; within each PAGE of values in key order. No value may
    be None."""
    for start in range(0, len(values), PAGE):
        part = values[start : start + PAGE]
        if len(columns) > 1 and len(part) > LONGEST_KEPT:
            yield from read_pages(connection, table, keys, _among(table, columns, part))
            continue
        page = _rows(connection, _first_page(table, keys, columns, _width(part), _kinds(part[0])), _filled(part))
        if page:
            yield page
        if len(page) == PAGE:
            last = [page[-1][key] for key in keys]
            yield from read_pages(connection, table, keys, _among(table, columns, part), after=last)


def overwrite(
    connection: Connection, table: Any, keys: Columns, changes: Sequence[tuple[Row, Mapping[str, Any]]]
) -> None:
    """Write into each of these rows what stands beside it. Rows that follow each other and change alike go together."""
    known = [(tuple(row[key] for key in keys), change) for row, change in changes]
    for (columns, kinds), some in groupby(known, key=lambda each: (tuple(each[1]), _kinds(each[0]))):
        values = [
            {f"key{place}": value for place, value in enumerate(key)}
            | {f"new{place}": value for place, value in enumerate(change.values())}
            for key, change in some
        ]
        connection.execute(_update(table, keys, columns, kinds), values)


def _among(table: Any, columns: Columns, values: Sequence[Values]) -> Any:
    return among([table.c[column] for column in columns], values)


def _kinds(values: Values) -> tuple[Any, ...]:
    """As what SQLAlchemy hands such values to the driver: there is one object for each type."""
    return tuple(sa.literal(value).type for value in values)


def _width(values: Sequence[Values]) -> int:
    """How many values the statement is made for; of single ones it takes any number."""
    return 1 if len(values[0]) == 1 else len(values)


def _filled(values: Sequence[Values]) -> dict[str, Any]:
    if len(values[0]) == 1:
        return {"values": [value for (value,) in values]}
    return {f"value{row}_{place}": each for row, value in enumerate(values) for place, each in enumerate(value)}


def _rows(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Row]:
    found = connection.execute(statement, values)
    names = list(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


@lru_cache(maxsize=1024)
def _first_page(table: Any, keys: Columns, columns: Columns, width: int, kinds: tuple[Any, ...]) -> Any:
    if len(columns) == 1:
        where: Any = table.c[columns[0]].in_(sa.bindparam("values", expanding=True, type_=kinds[0]))
    else:
        where = sa.or_(*(sa.and_(*_are(table, columns, kinds, f"value{row}_")) for row in range(width)))
    return sa.select(table).where(where).order_by(*(table.c[key] for key in keys)).limit(PAGE)


@lru_cache(maxsize=1024)
def _update(table: Any, keys: Columns, columns: Columns, kinds: tuple[Any, ...]) -> Any:
    new: dict[Any, Any] = {table.c[column]: sa.bindparam(f"new{place}") for place, column in enumerate(columns)}
    return sa.update(table).where(*_are(table, keys, kinds, "key")).values(new)


def _are(table: Any, columns: Columns, kinds: tuple[Any, ...], name: str) -> list[Any]:
    """Each of the columns is the value of that name and place."""
    return [
        table.c[column] == sa.bindparam(f"{name}{place}", type_=kind)
        for place, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]

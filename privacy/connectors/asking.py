"""Statements over outside tables that are put together once: what is asked for every person, with other values.

SQLAlchemy keeps the text of a statement, and has to go through a new one piece by piece to see that it knows it. One
that is used again is known at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from privacy.connectors.database import PAGE, Row, among, beyond, read_pages

LONGEST_KEPT = 20  # values of a composite key: more are of any number, seldom the same again
Columns = tuple[str, ...]
Values = Sequence[Any]
Test = tuple[str, Callable[[Any, str], Any], str]


def read_among(
    connection: Connection, table: Any, keys: Columns, columns: Columns, values: Sequence[Values]
) -> Iterator[list[Row]]:
    """The rows whose `columns` are one of `values`, page by page; within each PAGE of values in key order. No value may
    be None."""
    for start in range(0, len(values), PAGE):
        part = values[start : start + PAGE]
        if len(columns) > 1 and len(part) > LONGEST_KEPT:
            yield from read_pages(connection, table, keys, among([table.c[column] for column in columns], part))
        else:
            statement = _select_among(table, keys, columns, _width(part), _kinds(part))
            yield from _pages(connection, statement, table, keys, _filled(part))


def read_named(
    connection: Connection,
    table: Any,
    keys: Columns,
    tests: tuple[Test, ...],
    values: Mapping[str, Any],
) -> Iterator[list[Row]]:
    """The rows of which one column at least passes its test: its name, what makes a condition of it, and which of
    `values` that uses. Page by page, in key order."""
    yield from _pages(connection, _select_named(table, keys, tests), table, keys, values)


def overwrite(
    connection: Connection, table: Any, keys: Columns, changes: Sequence[tuple[Row, Mapping[str, Any]]]
) -> None:
    """Write into each of these rows what stands beside it. Rows that follow each other and change alike go together."""
    known = [(tuple(row[key] for key in keys), change) for row, change in changes]
    kinds = _kinds([key for key, _ in known])
    for columns, some in groupby(known, key=lambda each: tuple(each[1])):
        values = [
            {f"key{place}": value for place, value in enumerate(key)}
            | {f"new{place}": value for place, value in enumerate(change.values())}
            for key, change in some
        ]
        connection.execute(_update(table, keys, columns, kinds), values)


def _pages(
    connection: Connection, statement: Any, table: Any, keys: Columns, values: Mapping[str, Any]
) -> Iterator[list[Row]]:
    """Each page from the last key of the one before; only the first is put together already."""
    page = _rows(connection, statement, values)
    while page:
        yield page
        if len(page) < PAGE:
            return
        last = [page[-1][key] for key in keys]
        page = _rows(connection, statement.where(beyond([table.c[key] for key in keys], last)), values)


def _kinds(values: Sequence[Values]) -> tuple[Any, ...]:
    """As what SQLAlchemy hands such values to the driver, place by place: there is one object for each type. The one
    that reaches farthest says it, for a number beyond 32 bits and a letter beyond ASCII have a type of their own."""
    return tuple(sa.literal(max(place, key=_reach)).type for place in zip(*values, strict=True))


def _reach(value: Any) -> int:
    if isinstance(value, int):
        return value.bit_length()
    return int(isinstance(value, str) and not value.isascii())


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
def _select_among(table: Any, keys: Columns, columns: Columns, width: int, kinds: tuple[Any, ...]) -> Any:
    if len(columns) == 1:
        where: Any = table.c[columns[0]].in_(sa.bindparam("values", expanding=True, type_=kinds[0]))
    else:
        where = sa.or_(*(sa.and_(*_are(table, columns, kinds, f"value{row}_")) for row in range(width)))
    return sa.select(table).where(where).order_by(*(table.c[key] for key in keys)).limit(PAGE)


@lru_cache(maxsize=1024)
def _select_named(table: Any, keys: Columns, tests: tuple[Test, ...]) -> Any:
    where = sa.or_(*(condition(table.c[column], name) for column, condition, name in tests))
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

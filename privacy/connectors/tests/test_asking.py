"""What a statement that is used again says of its values: what a new one for these values would."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

from privacy.connectors.asking import overwrite, read_among
from privacy.connectors.database import table_of

LOCAL = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a database may hold times without a zone
PSYCOPG: Any = psycopg.dialect
CASES = [  # what was asked for before, what is asked for now, and what a driver with types must be told of it
    ((1,), [(2,), (2**40,)], "::BIGINT"),
    ((LOCAL,), [(LOCAL.replace(tzinfo=dt.UTC),)], "::TIMESTAMP WITH TIME ZONE"),
    ((1, "a"), [(2, "b"), (2**40, "c")], "::BIGINT"),
]


class Told:
    """A connection that writes down each statement as a driver of PostgreSQL that takes types gets it."""

    def __init__(self, real: Any) -> None:
        self.real, self.said = real, list[str]()

    def execute(self, statement: Any, values: Any) -> Any:
        filled = statement.params(**values) if isinstance(statement, sa.Select) else statement
        self.said.append(str(filled.compile(dialect=PSYCOPG(), compile_kwargs={"render_postcompile": True})))
        return self.real.execute(statement, values)


@pytest.mark.parametrize(("before", "asked", "kind"), CASES)
def test_values_are_told_by_their_own_type_whatever_was_asked_before(
    before: tuple[Any, ...], asked: list[tuple[Any, ...]], kind: str
) -> None:
    columns = ("id", "line")[: len(before)]
    table = table_of("orders", ["id", "line"])
    with sa.create_engine("sqlite://").connect() as real:
        real.exec_driver_sql("CREATE TABLE orders (id, line)")
        connection: Any = Told(real)
        assert not list(read_among(connection, table, columns, columns, [before]))
        assert not list(read_among(connection, table, columns, columns, asked))
        for value in (before, asked[-1]):
            overwrite(connection, table, columns, [(dict(zip(columns, value, strict=True)), {"line": "y"})])
    assert [kind in said for said in connection.said] == [False, True, False, True]

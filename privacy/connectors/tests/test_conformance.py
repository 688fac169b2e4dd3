"""The checks that every connector must pass: the SQL connector does, and connectors that lie do not."""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from privacy.connectors.conformance import NotConforming, check_handler
from privacy.connectors.sample import build_sample_shop
from privacy.connectors.sql_handler import SqlHandler
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    Identity,
    Person,
    Record,
    Residual,
)

pytestmark = pytest.mark.django_db
Connect = Callable[..., Handler]


def named(name: str) -> Person:
    return Person((), (Identity("email", f"{name}.demo@example.com"),))


class ShopWorld:
    """The invented shop as a world of the checks."""

    person, other, stranger = named("dana"), named("erik"), named("nobody")
    secrets: tuple[str, ...] = ()

    def __init__(self, handler: Handler, file: Path) -> None:
        self.handler, self.file = handler, file

    def rows(self, where: str = "1") -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            customers = connection.execute(f"SELECT * FROM customers WHERE {where} ORDER BY id").fetchall()
            ids = ",".join(str(row[0]) for row in customers)
            more = [
                connection.execute(f"SELECT * FROM {table} WHERE customer_id IN ({ids}) ORDER BY 1").fetchall()
                for table in ("orders", "support_notes")
            ]
        return [customers, *more]

    def state(self) -> Any:
        return self.rows()

    def state_of_others(self) -> Any:
        return self.rows("id <> 1")

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        away = self.file.with_suffix(".away")
        self.file.rename(away)
        vars(self.handler).pop("mapped", None)
        vars(self.handler).pop("problems", None)
        try:
            yield
        finally:
            away.rename(self.file)


@pytest.fixture
def shop(connect: Connect, tmp_path: Path) -> ShopWorld:
    systems = build_sample_shop(tmp_path / "shop.sqlite")
    return ShopWorld(connect(systems, "shop"), systems.with_suffix(".sqlite"))


def test_the_sql_connector_conforms(shop: ShopWorld) -> None:
    check_handler(shop)


class Lying(SqlHandler):
    """The SQL connector with one fault."""

    fault = ""

    def find(self, person: Person) -> Sequence[Found]:
        found = super().find(person)
        if self.fault == "hides a table":
            return [each for each in found if each.table != "customers"]
        return found

    def export(self, person: Person) -> Iterator[Record]:
        yield from super().export(person)
        if self.fault == "shows another person":
            yield from super().export(named("erik"))

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if self.fault == "is silent about what it cannot do" and action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered="no")
        return super().plan(person, action, now=now)

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        if self.fault == "erases nothing":
            return ChunkResult(removed=len(chunk.keys))
        result = super().apply_chunk(chunk)
        return ChunkResult(removed=len(chunk.keys)) if self.fault == "counts twice" else result

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        return [] if self.fault == "erases nothing" else super().verify(person, frozen)


@pytest.mark.parametrize(
    "fault",
    [
        "hides a table",
        "shows another person",
        "is silent about what it cannot do",
        "erases nothing",
        "counts twice",
    ],
)
def test_a_connector_that_lies_does_not(shop: ShopWorld, fault: str) -> None:
    honest = shop.handler
    assert isinstance(honest, SqlHandler)
    shop.handler = Lying(key=honest.key, label=honest.label, read=honest._read)
    shop.handler.fault = fault
    with pytest.raises(NotConforming):
        check_handler(shop)

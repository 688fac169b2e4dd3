"""The proof after an erasure goes ways of its own: whatever the walk that made the plan forgot, it finds."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from privacy.connectors import sources
from privacy.connectors.database import Database
from privacy.connectors.graph import Edge, Graph
from privacy.connectors.sample import build_sample_shop
from privacy.connectors.searching import Search
from privacy.connectors.sql_handler import SqlHandler
from privacy.kernel import clock
from privacy.personal_data import guards
from privacy.personal_data.contract import Action, Chunk, Handler, HandlerPlan, Identity, Person
from privacy.personal_data.guards import Held

pytestmark = pytest.mark.django_db
DANA = Person((), (Identity("email", "dana.demo@example.com"), Identity("phone", "+49305550101")))
Connect = Callable[..., Handler]


class Shop:
    """The sample shop and its handler."""

    def __init__(self, handler: Handler, file: Path) -> None:
        self.handler, self.file = handler, file

    def ask(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            return connection.execute(statement).fetchall()

    def plan(self) -> HandlerPlan:
        return self.handler.plan(DANA, Action.ERASE, now=clock.now())

    def carry_out(self, plan: HandlerPlan) -> None:
        for table in plan.tables:
            self.handler.apply_chunk(Chunk(table, table.keys, "k", 1))

    def left(self, plan: HandlerPlan) -> dict[str, int]:
        return {each.table: each.rows for each in self.handler.verify(DANA, plan)}


@pytest.fixture
def shop(connect: Connect, tmp_path: Path) -> Iterator[Shop]:
    systems = build_sample_shop(tmp_path / "shop.sqlite")
    yield Shop(connect(systems, "shop"), systems.with_suffix(".sqlite"))
    sources._map_of.cache_clear()


def forget_way(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    whole = Graph.ways_from

    def ways_from(self: Graph, collection: str) -> list[Edge]:
        return [edge for edge in whole(self, collection) if edge.target != name]

    monkeypatch.setattr(Graph, "ways_from", ways_from)


def forget_edges(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    whole = Graph.__init__

    def init(self: Graph, edges: Sequence[Edge], *more: Any) -> None:
        whole(self, tuple(edge for edge in edges if name not in (edge.source, edge.target)), *more)

    monkeypatch.setattr(Graph, "__init__", init)


def forget_rows(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    whole = Search._take

    def take(self: Search, finding: Any, waiting: Any, collection: str, page: Any) -> None:
        whole(self, finding, waiting, collection, [] if collection == name else page)

    monkeypatch.setattr(Search, "_take", take)


@pytest.mark.parametrize("forget", [forget_way, forget_edges, forget_rows])
@pytest.mark.parametrize("name", ["support_notes", "orders"])
def test_what_the_walk_skipped_is_found_although_the_person_is_blank(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, forget: Callable[[pytest.MonkeyPatch, str], None], name: str
) -> None:
    shop.ask("UPDATE orders SET total = 10")  # so that names and streets in them have to go
    forget(monkeypatch, name)
    plan = shop.plan()
    assert name not in {table.table for table in plan.tables}
    if plan.problems:  # without the reference a link would be overwritten, and the foreign key is asked before anything
        assert "what would be written there leads nowhere" in plan.problems[0]
        return
    shop.carry_out(plan)
    is_blank = shop.ask("SELECT count(*) FROM customers WHERE email = 'dana.demo@example.com'") == [(0,)]
    assert is_blank or forget is forget_rows  # there the erasure itself saw rows that nobody approved
    assert shop.left(plan)[name] == shop.ask(f"SELECT count(*) FROM {name} WHERE customer_id = 1")[0][0]
    now = clock.now()
    more = shop.handler.plan_beyond(DANA, shop.handler.plan(DANA, Action.ERASE, now=now), plan, now=now)
    assert name in {table.table for table in more.tables}


def test_a_whole_collection_of_people_that_was_skipped_is_found_by_its_own_columns(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_rows(monkeypatch, "customers")
    plan = shop.plan()
    assert not plan.tables
    assert shop.left(plan)["customers"] == 1 and shop.left(plan)["support_notes"] == 1


def test_it_knows_nothing_of_what_the_plan_knew_of_the_schema(shop: Shop) -> None:
    plan = shop.plan()
    shop.carry_out(plan)
    assert isinstance(shop.handler, SqlHandler)
    vars(shop.handler.mapped)["keys"] = dict.fromkeys(shop.handler.mapped.keys, ("nothing",))
    vars(shop.handler.mapped)["graph"] = None
    assert not shop.left(plan)


def test_an_identifier_with_dirt_around_it_is_found_and_can_be_approved(shop: Shop) -> None:
    shop.ask("UPDATE customers SET email = char(9) || 'Dana.Demo@Example.com' || char(10) WHERE id = 1")
    plan = shop.handler.plan(Person((), DANA.identities[:1]), Action.ERASE, now=clock.now())
    assert not plan.tables and shop.left(plan)["customers"] == 1
    more = shop.handler.plan_beyond(DANA, plan, plan, now=clock.now())
    shop.carry_out(more)
    shop.left(more)
    assert shop.ask("SELECT count(*) FROM customers WHERE email LIKE '%dana%'") == [(0,)]


def test_rows_that_came_after_their_owner_was_blanked_are_found_and_can_be_approved(shop: Shop) -> None:
    plan = shop.plan()
    shop.carry_out(plan)
    assert not shop.left(plan)
    shop.ask("INSERT INTO orders VALUES (900, 1, '2026-01-02', 'Dana Demo', 'New Street 9', 'Berlin', 10)")
    shop.ask("INSERT INTO support_notes VALUES (901, 1, '2026-01-02', 'Dana called again')")
    assert shop.left(plan) == {"orders": 1, "support_notes": 1}
    today = shop.plan()
    assert not today.tables
    more = shop.handler.plan_beyond(DANA, today, plan, now=clock.now())
    shop.carry_out(more)
    assert not shop.left(plan) and shop.ask("SELECT ship_name FROM orders WHERE id = 900") == [(None,)]


def test_what_a_hold_keeps_and_what_is_somebody_elses_is_not_found(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = shop.plan()
    monkeypatch.setattr(
        guards, "_guards", {"all": lambda person, table, keys: {key: Held("Matter 1", "legal_claims") for key in keys}}
    )
    assert not shop.left(plan)
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})
    shop.carry_out(plan)
    shop.ask("UPDATE customers SET phone = '+49 30 5550101' WHERE id = 2")  # Erik's address decides whose row it is
    assert not shop.left(plan)


def test_the_schema_is_read_again_where_it_changed_since_the_plan(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Sequence[str]] = []
    describe = Database.describe

    def looked(self: Database, names: Sequence[str]) -> Any:
        looks.append(names)
        return describe(self, names)

    plan = shop.plan()
    shop.carry_out(plan)
    monkeypatch.setattr(Database, "describe", looked)
    assert shop.left(plan) == {} and not looks  # its fingerprint says that it is the same to the letter
    shop.ask("ALTER TABLE customers ADD COLUMN nickname TEXT")
    assert shop.left(plan) == {} and len(looks) == 1

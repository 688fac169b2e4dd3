"""The public sample shop in both spellings: what is found, what leaks, what an erasure leaves."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from privacy.connectors.tests.conftest import MAPS
from privacy.kernel import clock
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    Identity,
    Person,
    Treatment,
)

pytestmark = pytest.mark.django_db
LUIS = Person((), (Identity("email", "luisg@embraer.com.br"),))
AGENT = ("Peacock", "jane@chinookcorp.com", "1111 6 Ave SW", "Sales Support Agent", "T2P 5M5")


class Music:
    """One spelling of the shop: the names of its tables, and a way to ask it directly."""

    def __init__(self, handler: Handler, url: str, names: dict[str, str]) -> None:
        self.handler, self.names = handler, names
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def ask(self, statement: str) -> list[Any]:
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement.format(**self.names)))
            return list(result.all()) if result.returns_rows else []


SQLITE = {
    "customer": '"Customer"',
    "email": '"Email"',
    "first": '"FirstName"',
    "cid": '"CustomerId"',
    "invoice": '"Invoice"',
    "address": '"BillingAddress"',
    "total": '"Total"',
    "day": '"InvoiceDate"',
    "phone": '"Phone"',
    "line": "InvoiceLine",
    "iid": '"InvoiceId"',
}
PG = {
    "customer": "customer",
    "email": "email",
    "first": "first_name",
    "cid": "customer_id",
    "invoice": "invoice",
    "address": "billing_address",
    "total": "total",
    "day": "invoice_date",
    "phone": "phone",
    "line": "invoice_line",
    "iid": "invoice_id",
}


@pytest.fixture(params=["sqlite", pytest.param("pg", marks=pytest.mark.pg)])
def music(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, connect: Callable[..., Handler]) -> Music:
    url: str = request.getfixturevalue(f"{request.param}_music")
    monkeypatch.setenv("CHINOOK_URL", url)
    handler = connect(MAPS / f"chinook_{request.param}_systems.yml", "chinook")
    return Music(handler, url, SQLITE if request.param == "sqlite" else PG)


def carry_out(handler: Handler, plan: HandlerPlan) -> list[ChunkResult]:
    return [
        handler.apply_chunk(Chunk(table, table.keys, idem_key=f"{number}", fence=1))
        for number, table in enumerate(plan.tables)
    ]


def test_it_finds_the_customer_the_invoices_and_their_lines_and_no_employee(music: Music) -> None:
    found = {each.table.replace("_", "").lower(): each.rows for each in music.handler.find(LUIS)}
    assert found == {"customer": 1, "invoice": 7, "invoiceline": 38, "employee": 0}


def test_the_export_holds_the_rows_and_nothing_of_the_support_agent(music: Music) -> None:
    records = list(music.handler.export(LUIS))
    assert sorted(Counter(each.table for each in records).values()) == [1, 7, 38]
    text = json.dumps([dict(each.row) for each in records], ensure_ascii=False)
    assert "Gonçalves" in text
    assert "Av. Brigadeiro Faria Lima, 2170" in text
    assert not [word for word in AGENT if word in text]
    assert "support" not in text.lower()


def test_an_address_is_found_in_any_case_and_another_one_is_not(music: Music) -> None:
    music.ask("UPDATE {customer} SET {email} = ' LuisG@Embraer.com.br' WHERE {cid} = 1")
    assert [each.rows for each in music.handler.find(LUIS) if each.rows] == [1, 7, 38]
    nobody = Person((), (Identity("email", "nobody@example.com"),))
    assert not any(each.rows for each in music.handler.find(nobody))
    assert music.handler.plan(nobody, Action.ERASE, now=clock.now()).nothing_held


def test_an_employee_who_asks_does_not_get_the_customers(music: Music) -> None:
    jane = Person((), (Identity("email", "jane@chinookcorp.com"),))
    assert not any(each.rows for each in music.handler.find(jane))


def test_the_plan_keeps_invoices_for_ten_years_without_the_address(music: Music) -> None:
    plan = music.handler.plan(LUIS, Action.ERASE, now=dt.datetime(2026, 1, 15, tzinfo=dt.UTC))
    assert not plan.problems
    by_table = {table.table.replace("_", "").lower(): table for table in plan.tables}
    assert list(by_table) == ["invoiceline", "invoice", "customer"]
    assert by_table["invoiceline"].treatment is Treatment.RETAIN
    invoice = by_table["invoice"]
    assert (invoice.treatment, invoice.ground, invoice.rows) == (Treatment.ANONYMIZE, "legal_obligation", 7)
    assert len(invoice.fields) == 5
    assert invoice.until and invoice.until > dt.date(2031, 1, 1)
    assert by_table["customer"].treatment is Treatment.ANONYMIZE


def test_an_invoice_over_the_limit_keeps_its_address(music: Music) -> None:
    music.ask("UPDATE {invoice} SET {total} = 100.01 WHERE {iid} = 98")
    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    kept = [table for table in plan.tables if table.treatment is Treatment.RETAIN and table.keys == ("98",)]
    assert kept and kept[0].ground == "legal_obligation"
    carry_out(music.handler, plan)
    assert music.ask("SELECT {address} FROM {invoice} WHERE {iid} = 98") == [("Av. Brigadeiro Faria Lima, 2170",)]


def test_an_invoice_whose_time_is_over_is_not_kept(music: Music) -> None:
    plan = music.handler.plan(LUIS, Action.ERASE, now=dt.datetime(2090, 1, 1, tzinfo=dt.UTC))
    assert not [table for table in plan.tables if table.ground == "legal_obligation"]


def test_an_erasure_blanks_the_customer_and_a_new_look_proves_it(music: Music) -> None:
    others = music.ask("SELECT count(*) FROM {customer} WHERE {first} = 'erased'")
    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    results = carry_out(music.handler, plan)
    assert sum(each.anonymized for each in results) == 8
    assert sum(each.retained for each in results) == 38
    assert music.ask("SELECT {first}, {email}, {phone} FROM {customer} WHERE {cid} = 1") == [("erased", "erased", None)]
    assert music.ask("SELECT {address} FROM {invoice} WHERE {cid} = 1") == [(None,)] * 7
    assert music.ask("SELECT count(*) FROM {customer}") == [(59,)]
    assert music.ask("SELECT count(*) FROM {customer} WHERE {first} = 'erased'") == [(others[0][0] + 1,)]
    assert music.ask("SELECT count(*) FROM {invoice} WHERE {address} IS NULL") == [(7,)]
    assert not music.handler.verify(LUIS, plan)
    assert not any(each.rows for each in music.handler.find(LUIS))


def test_a_second_attempt_counts_what_the_first_has_done(music: Music) -> None:
    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    carry_out(music.handler, plan)
    again = carry_out(music.handler, plan)
    assert (sum(each.anonymized for each in again), sum(each.already_done for each in again)) == (0, 8)


def test_an_invoice_that_comes_after_the_approval_keeps_the_customer_findable(music: Music) -> None:
    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    music.ask(
        "INSERT INTO {invoice} ({iid}, {cid}, {day}, {address}, {total})"
        " VALUES (9999, 1, '2025-12-30', 'New Road 1', 5)"
    )
    results = carry_out(music.handler, plan)
    assert any(each.residuals for each in results)
    assert {each.rows for each in music.handler.verify(LUIS, plan)} == {1}
    more = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    carry_out(music.handler, more)
    assert not music.handler.verify(LUIS, more)
    assert music.ask("SELECT {address} FROM {invoice} WHERE {iid} = 9999") == [(None,)]


def test_what_the_shop_writes_back_is_found(music: Music) -> None:
    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    carry_out(music.handler, plan)
    music.ask("UPDATE {customer} SET {phone} = '+55 12' WHERE {cid} = 1")
    assert [each.rows for each in music.handler.verify(LUIS, plan)] == [1]


def test_a_legal_hold_keeps_rows_of_an_outside_system(music: Music, monkeypatch: pytest.MonkeyPatch) -> None:
    from privacy.personal_data import guards
    from privacy.personal_data.guards import Held

    hold = Held("A lawsuit is pending.", "legal_claim")

    def guard(person: Person | None, table: str, keys: Any) -> dict[str, Held]:
        return dict.fromkeys(keys, hold) if table.lower().endswith(".customer") else {}

    plan = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    monkeypatch.setattr(guards, "_guards", {"hold": guard})
    held = music.handler.plan(LUIS, Action.ERASE, now=clock.now())
    assert [t.ground for t in held.tables if t.table.lower() == "customer"] == ["legal_claim"]
    results = carry_out(music.handler, plan)
    assert results[-1].retained == 1
    assert music.ask("SELECT {email} FROM {customer} WHERE {cid} = 1") == [("luisg@embraer.com.br",)]


def test_a_missing_file_is_unavailable_not_empty(tmp_path: Path, sqlite_music: str) -> None:
    from privacy.connectors.database import Database, clean_url
    from privacy.personal_data.contract import HandlerUnavailable

    gone = tmp_path / "gone.sqlite"
    with pytest.raises(HandlerUnavailable), Database(clean_url(f"sqlite:///{gone}")).connect():
        pass
    assert not gone.exists()

"""The invented shop: composite keys, pseudonyms for unique columns, deleted notes, kept invoices."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from privacy.audit.models import AuditEvent
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.sample import build_sample_shop
from privacy.connectors.services import MapRefused, connect_systems, disconnect_system
from privacy.connectors.systems_file import read_systems_file
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import (
    Action,
    Chunk,
    Handler,
    HandlerUnavailable,
    Identity,
    Person,
    Treatment,
    handlers,
)

pytestmark = pytest.mark.django_db
DANA = Person((), (Identity("email", "dana.demo@example.com"),))
Connect = Callable[..., Handler]


@pytest.fixture
def systems(tmp_path: Path) -> Path:
    return build_sample_shop(tmp_path / "shop.sqlite")


def ask(systems: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(systems.with_suffix(".sqlite"))) as connection, connection:
        return connection.execute(statement).fetchall()


def changed(systems: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    data = yaml.safe_load(systems.read_text(encoding="utf-8"))
    change(data["systems"][0])
    systems.write_text(yaml.safe_dump(data), encoding="utf-8")
    return systems


def refused(systems: Path) -> str:
    with pytest.raises((MapRefused, InvalidInput)) as error:
        connect_systems(specs=read_systems_file(systems), actor=OPERATOR, now=clock.now())
    assert not ConnectedSystem.objects.exists()
    return str(error.value.message)


def field(system: dict[str, Any], collection: str, name: str) -> dict[str, Any]:
    fields = next(each for each in system["dataset"]["collections"] if each["name"] == collection)["fields"]
    found: dict[str, Any] = next(each for each in fields if each["name"] == name)
    return found


def test_the_whole_way_from_export_to_proof(systems: Path, connect: Connect) -> None:
    handler = connect(systems, "shop")
    text = json.dumps([dict(each.row) for each in handler.export(DANA)])
    assert "Lindenweg 4" in text
    assert not [word for word in ("pbkdf2", "lager", "werk", "contact_person_id", "erik") if word in text.lower()]
    plan = handler.plan(DANA, Action.ERASE, now=clock.now())
    assert {table.table: table.treatment for table in plan.tables if table.table != "orders"} == {
        "support_notes": Treatment.DELETE,
        "order_lines": Treatment.RETAIN,
        "customers": Treatment.ANONYMIZE,
    }
    before = ask(systems, "SELECT * FROM customers WHERE id <> 1")
    for table in plan.tables:
        handler.apply_chunk(Chunk(table, table.keys, "k", 1))
    assert not handler.verify(DANA, plan)
    (row,) = ask(systems, "SELECT email, full_name, phone, password_hash FROM customers WHERE id = 1")
    assert row[0].startswith("erased-") and row[1:] == ("erased", None, "!")
    assert ask(systems, "SELECT count(*) FROM support_notes WHERE customer_id = 1") == [(0,)]
    assert ask(systems, "SELECT * FROM customers WHERE id <> 1") == before
    assert (
        "dana"
        not in json.dumps(
            ask(systems, "SELECT * FROM customers") + ask(systems, "SELECT * FROM orders WHERE total <= 250")
        ).lower()
    )


def test_two_erased_people_do_not_collide(systems: Path, connect: Connect) -> None:
    handler = connect(systems, "shop")
    for name in ("dana", "erik"):
        person = Person((), (Identity("email", f"{name}.demo@example.com"),))
        for table in handler.plan(person, Action.ERASE, now=clock.now()).tables:
            handler.apply_chunk(Chunk(table, table.keys, "k", 1))
    assert len(set(ask(systems, "SELECT email FROM customers WHERE email LIKE 'erased-%'"))) == 2


def test_a_map_without_subjects_and_directions_still_leaves_the_staff_out(systems: Path, connect: Connect) -> None:
    def loosen(system: dict[str, Any]) -> None:
        for collection in system["dataset"]["collections"]:
            collection.pop("data_subjects")
            for each in collection["fields"]:
                for reference in each.get("fides_meta", {}).get("references", []):
                    reference.pop("direction")

    handler = connect(changed(systems, loosen), "shop")
    records = list(handler.export(DANA))
    assert {each.table for each in records} == {"customers", "orders", "order_lines", "support_notes"}
    assert "staff" not in {table.table for table in handler.plan(DANA, Action.ERASE, now=clock.now()).tables}
    assert "contact_person_id" not in json.dumps([dict(each.row) for each in records])


def test_staff_found_by_their_own_address_do_not_get_their_customers(systems: Path, connect: Connect) -> None:
    def loosen(system: dict[str, Any]) -> None:
        for collection in system["dataset"]["collections"]:
            collection.pop("data_subjects")
        field(system, "staff", "email")["fides_meta"] = {"identity": "email"}
        field(system, "customers", "contact_person_id")["fides_meta"]["references"][0]["direction"] = "from"
        system["erase"]["user.contact.email"] = "pseudonym"

    handler = connect(changed(systems, loosen), "shop")
    tomas = Person((), (Identity("email", "tomas.werk@shop.example.com"),))
    assert {each.table: each.rows for each in handler.find(tomas) if each.rows} == {"staff": 1}
    plan = handler.plan(tomas, Action.ERASE, now=clock.now())
    assert [(each.table, each.rows) for each in plan.residuals] == [("customers", 4)]


def test_a_missing_column_is_refused_by_name(systems: Path) -> None:
    def rename(system: dict[str, Any]) -> None:
        field(system, "customers", "phone")["name"] = "Phone"

    message = refused(changed(systems, rename))
    assert "customers.Phone" in message and "did you mean phone?" in message


def test_a_missing_table_is_refused_by_name(systems: Path) -> None:
    def rename(system: dict[str, Any]) -> None:
        next(each for each in system["dataset"]["collections"] if each["name"] == "support_notes")["name"] = "notes"

    assert "notes: the database has no such table" in refused(changed(systems, rename))


@pytest.mark.parametrize("rule", ["somebody@example.com", {"constant": "x"}, "constant"])
def test_a_constant_for_a_unique_column_is_refused(systems: Path, rule: Any) -> None:
    message = refused(changed(systems, lambda system: system["erase"].update({"user.contact.email": rule})))
    assert "customers.email must be unique" in message and "pseudonym" in message


def test_the_default_for_a_unique_column_is_refused_too(systems: Path) -> None:
    assert "customers.email must be unique" in refused(
        changed(systems, lambda system: system["erase"].pop("user.contact.email"))
    )


@pytest.mark.parametrize(
    ("category", "rule", "says"),
    [
        ("user.name", None, "customers.full_name cannot be blanked: it may not be NULL"),
        ("user.behavior", "much", "does not fit its type"),
        ("user.contact.address.country", "none", "holds 2 characters"),
        ("user.nmae", None, "which no field of the map has"),
        ("user.contact", "delete", "points at them and forbids it"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(systems: Path, category: str, rule: Any, says: str) -> None:
    assert says in refused(changed(systems, lambda system: system["erase"].update({category: rule})))


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"collection": "bills", "ground": "legal_obligation", "until": "2030-01-01"}, "the collection bills"),
        ({"collection": "orders", "ground": "legal_obligation"}, "needs until"),
        ({"collection": "orders", "until": "2030-01-01"}, "needs a ground"),
        ({"collection": "orders", "ground": "x1", "until": "2 years after day"}, "names day"),
        ({"collection": "orders", "ground": "x1", "until": "2030-01-01", "where": "total"}, "write where as"),
    ],
)
def test_a_retain_entry_that_says_too_little_is_refused(systems: Path, entry: dict[str, Any], says: str) -> None:
    assert says in refused(changed(systems, lambda system: system.update({"retain": [entry]})))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "oracle://x"}, "The driver of oracle is not installed: pip install oracledb"),
        ({"url": "fax://u:pw@x"}, "No dialect fax is installed"),
        ({"url": "sqlite:////nowhere/shop.sqlite"}, "cannot be opened"),
        ({"url_env": "SHOP_URL"}, "either url, or url_env"),
        ({"key": "kept"}, "Give a key"),
        ({"colour": "red"}, "colour is not known"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused(systems: Path, change: dict[str, Any], says: str) -> None:
    assert says in refused(changed(systems, lambda system: system.update(change)))


def test_the_url_is_stored_encrypted_and_the_act_is_in_the_log(systems: Path, connect: Connect) -> None:
    connect(systems, "shop")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM connectors_connectedsystem")
        assert "sqlite" not in cursor.fetchone()[0]
    connect(systems, "shop")
    assert AuditEvent.objects.filter(type="connectors.connected").count() == 1
    disconnect_system(key="shop", actor=OPERATOR, now=clock.now())
    with pytest.raises(KeyError):
        handlers.get("shop")


def test_a_schema_that_changed_is_a_problem_of_the_plan(systems: Path, connect: Connect) -> None:
    connect(systems, "shop")
    ask(systems, "ALTER TABLE customers RENAME COLUMN phone TO mobile")
    plan = handlers.get("shop").plan(DANA, Action.ERASE, now=clock.now())
    assert "customers.phone" in plan.problems[0]
    with pytest.raises(HandlerUnavailable):
        list(handlers.get("shop").export(DANA))


def test_a_database_that_is_gone_is_unavailable_and_names_nobody(systems: Path, connect: Connect) -> None:
    connect(systems, "shop")
    systems.with_suffix(".sqlite").unlink()
    with pytest.raises(HandlerUnavailable) as error:
        handlers.get("shop").find(DANA)
    assert "dana" not in str(error.value) and str(systems.parent) not in str(error.value)


def test_other_actions_are_not_offered_with_a_reason(systems: Path, connect: Connect) -> None:
    handler = connect(systems, "shop")
    for action in (Action.RECTIFY, Action.RESTRICT, Action.OPT_OUT):
        assert handler.plan(DANA, action, now=clock.now()).not_offered


def test_a_map_that_forgets_an_approved_column_does_not_count_it_as_done(systems: Path, connect: Connect) -> None:
    plan = connect(systems, "shop").plan(DANA, Action.ERASE, now=clock.now())
    customers = next(table for table in plan.tables if table.table == "customers")

    def forget(system: dict[str, Any]) -> None:
        field(system, "customers", "phone")["data_categories"] = ["system.operations"]

    handler = connect(changed(systems, forget), "shop")
    with pytest.raises(HandlerUnavailable, match=r"no longer blanks customers\.phone"):
        handler.apply_chunk(Chunk(customers, customers.keys, "k", 1))
    assert ask(systems, "SELECT email, phone FROM customers WHERE id = 1") == [
        ("dana.demo@example.com", "+49 30 5550101")
    ]

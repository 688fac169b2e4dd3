"""Foreign keys of the live schema, also those that no map knows: what they would refuse is refused before anybody
approves, and a database that deletes along takes nothing that the plan does not show. On three engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from privacy.connectors.tests.conftest import Scratch
from privacy.connectors.tests.short_maps import write_systems
from privacy.kernel import clock
from privacy.personal_data import guards
from privacy.personal_data.contract import Action, Chunk, Handler, HandlerPlan, Identity, Person, Treatment
from privacy.personal_data.guards import Held

pytestmark = pytest.mark.django_db
ADA = Person((), (Identity("email", "ada@example.com"),))
Connect = Callable[..., Handler]
PEOPLE = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, name VARCHAR(40))",
    "INSERT INTO people VALUES (1, 'ada@example.com', 'Ada'), (2, 'bo@example.com', 'Bo')",
)
MAPPED = {"people": ["id!", "email@", "name: user.name"]}
LOGINS = "CREATE TABLE logins (id INTEGER PRIMARY KEY, email VARCHAR(80), FOREIGN KEY (email) REFERENCES people (email)"
DELETE = {"user.contact.email": "delete"}


def notes(rule: str = "", more: str = "") -> str:
    return (
        f"CREATE TABLE notes (id INTEGER PRIMARY KEY, person_id INTEGER {more},"
        f" FOREIGN KEY (person_id) REFERENCES people (id) {rule})"
    )


def plan_of(handler: Handler) -> HandlerPlan:
    return handler.plan(ADA, Action.ERASE, now=clock.now())


def carry_out(handler: Handler, plan: HandlerPlan) -> list[Any]:
    return [handler.apply_chunk(Chunk(table, table.keys, str(n), 1)) for n, table in enumerate(plan.tables)]


def hold(monkeypatch: pytest.MonkeyPatch, table: str, *keys: str) -> None:
    held = {key: Held("Matter 1", "legal_claims") for key in keys}
    found = {"h": lambda person, its, rows: {key: held[key] for key in rows if its == table and key in held}}
    monkeypatch.setattr(guards, "_guards", found)


@pytest.mark.parametrize(
    ("schema", "collections", "erase", "says"),
    [
        ([notes()], MAPPED, DELETE, "notes.person_id points at them and forbids it"),
        ([notes("ON DELETE CASCADE")], MAPPED, DELETE, "notes.person_id points at them and would be deleted along"),
        (
            [notes()],
            MAPPED | {"notes": ["id!", "person_id: user.account > people.id"]},
            DELETE,
            "notes.person_id points at them and forbids it",
        ),
        (
            [notes().replace("notes", "visits")],
            MAPPED | {"visits": ["id!", "person_id: user.content"]},
            DELETE | {"user.content": "delete"},
            "people: its rows are deleted before those of visits, and visits.person_id points at them",
        ),
        (
            [notes()],
            MAPPED | {"notes": ["id!", "person_id: user.unique_id"]},
            {"user.unique_id": 0, "user.contact.email": "pseudonym"},
            "notes.person_id points at people, and what would be written there leads nowhere",
        ),
        (
            [LOGINS + ")"],
            MAPPED,
            {"user.contact.email": "pseudonym"},
            "people.email is overwritten, but logins.email points at it and forbids it",
        ),
        (
            [LOGINS + " ON UPDATE CASCADE)"],
            MAPPED,
            {"user.contact.email": "pseudonym"},
            "people.email is overwritten, but logins.email points at it and would be changed along",
        ),
    ],
    ids=["forbids", "cascade", "mapped child", "wrong order", "constant in a link", "target", "target cascade"],
)
def test_what_a_foreign_key_would_refuse_or_do_along_is_refused_by_its_place(
    scratch: Scratch,
    tmp_path: Path,
    schema: list[str],
    collections: dict[str, list[str]],
    erase: dict[str, Any],
    says: str,
) -> None:
    scratch.ask(*PEOPLE, *schema)
    with pytest.raises(CommandError, match=says):
        call_command("connect", str(write_systems(tmp_path / "s.json", scratch.url, collections, erase=erase)))


def test_a_link_that_may_not_be_null_is_no_way_out(scratch: Scratch, tmp_path: Path, connect: Connect) -> None:
    if scratch.engine.dialect.name == "mysql":
        pytest.skip("MariaDB refuses such a table itself")
    file = write_systems(tmp_path / "s.json", scratch.url, MAPPED, erase=DELETE)
    scratch.ask(*PEOPLE, notes("ON DELETE SET NULL", "NOT NULL"))
    with pytest.raises(CommandError, match="becomes NULL, which it may not"):
        call_command("connect", str(file))
    scratch.ask("DROP TABLE notes", notes("ON DELETE SET NULL"), "INSERT INTO notes VALUES (1, 1)")
    handler = connect(file, "club")
    plan = plan_of(handler)
    assert [(each.table, each.rows) for each in plan.residuals] == [("notes", 1)]  # the map leads nobody there
    carry_out(handler, plan)
    assert scratch.ask("SELECT id, person_id FROM notes") == [(1, None)]


@pytest.mark.parametrize("rule", ["", "ON DELETE CASCADE"])
def test_what_a_hold_keeps_keeps_what_it_points_at(
    scratch: Scratch, tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    scratch.ask(*PEOPLE, notes(rule), "INSERT INTO notes VALUES (1, 1), (2, 1), (3, 2)")
    collections = MAPPED | {"notes": ["id!", "person_id: user.content > people.id"]}
    erase = DELETE | {"user.content": "delete"}
    handler = connect(write_systems(tmp_path / "s.json", scratch.url, collections, erase=erase), "club")
    hold(monkeypatch, "club.notes", "1")
    plan = plan_of(handler)
    assert not plan.problems
    assert [(each.table, each.treatment, each.keys, each.is_held) for each in plan.tables] == [
        ("notes", Treatment.RETAIN, ("1",), True),
        ("notes", Treatment.DELETE, ("2",), False),
        ("people", Treatment.RETAIN, ("1",), True),
    ]
    hold(monkeypatch, "nothing")
    plan = plan_of(handler)
    hold(monkeypatch, "club.notes", "1")  # after the approval
    results = carry_out(handler, plan)
    assert scratch.ask("SELECT id FROM notes ORDER BY id") == [(1,), (3,)]
    assert scratch.ask("SELECT id FROM people ORDER BY id") == [(1,), (2,)]
    assert results[-1].residuals[0].why == "they came after the approval, or are held"


def test_rows_that_point_at_each_other_in_a_circle_are_refused_before_the_approval(
    scratch: Scratch, tmp_path: Path, connect: Connect
) -> None:
    scratch.ask(
        *PEOPLE,
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, person_id INTEGER, parent_id INTEGER,"
        " FOREIGN KEY (parent_id) REFERENCES posts (id))",
        "INSERT INTO posts VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (9, 1, NULL)",
        "UPDATE posts SET parent_id = 9 WHERE id = 9",
    )
    collections = MAPPED | {"posts": ["id!", "person_id: user.content > people.id", "parent_id > posts.id"]}
    erase = {"user.content": "delete", "user.contact.email": "pseudonym"}
    handler = connect(write_systems(tmp_path / "s.json", scratch.url, collections, erase=erase), "club")
    scratch.ask("UPDATE posts SET parent_id = 3 WHERE id = 1")
    assert "3 rows point at each other in a circle" in plan_of(handler).problems[0]
    scratch.ask("UPDATE posts SET parent_id = NULL WHERE id = 1")
    plan = plan_of(handler)
    assert not plan.problems
    carry_out(handler, plan)
    assert scratch.ask("SELECT count(*) FROM posts") == [(0,)] and not handler.verify(ADA, plan)


def test_a_row_that_points_at_itself_and_must_is_deleted_where_the_database_lets_it(
    scratch: Scratch, tmp_path: Path, connect: Connect
) -> None:
    """MariaDB deletes no such row, and it cannot let go of itself either: a person hears so before the approval."""
    scratch.ask(
        *PEOPLE,
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, person_id INTEGER, parent_id INTEGER NOT NULL,"
        " FOREIGN KEY (parent_id) REFERENCES posts (id))",
        "INSERT INTO posts VALUES (1, 1, 1), (2, 1, 1)",
    )
    collections = MAPPED | {"posts": ["id!", "person_id: user.content > people.id", "parent_id > posts.id"]}
    erase = {"user.content": "delete", "user.contact.email": "pseudonym"}
    handler = connect(write_systems(tmp_path / "s.json", scratch.url, collections, erase=erase), "club")
    plan = plan_of(handler)
    if scratch.url.startswith("mysql"):
        assert plan.problems == ("posts: 1 rows point at themselves. Blank them instead.",)
        return
    assert not plan.problems
    carry_out(handler, plan)
    assert scratch.ask("SELECT count(*) FROM posts") == [(0,)]


def test_composite_keys_are_followed_and_somebody_elses_row_stops_the_plan(
    scratch: Scratch, tmp_path: Path, connect: Connect
) -> None:
    scratch.ask(
        *PEOPLE,
        "CREATE TABLE rooms (house INTEGER, nr INTEGER, person_id INTEGER, PRIMARY KEY (house, nr))",
        "CREATE TABLE keys_of (id INTEGER PRIMARY KEY, house INTEGER, nr INTEGER, email VARCHAR(80),"
        " FOREIGN KEY (house, nr) REFERENCES rooms (house, nr))",
        "INSERT INTO rooms VALUES (1, 1, 1), (1, 2, 2)",
        "INSERT INTO keys_of VALUES (1, 1, 1, 'ada@example.com'), (2, 1, 2, 'bo@example.com')",
    )
    collections = MAPPED | {
        "rooms": ["house!", "nr!", "person_id: user.content > people.id"],
        "keys_of": ["id!", "house > rooms.house", "nr > rooms.nr", "email@"],
    }
    erase = DELETE | {"user.content": "delete"}
    handler = connect(write_systems(tmp_path / "s.json", scratch.url, collections, erase=erase), "club")
    assert not plan_of(handler).problems
    scratch.ask("INSERT INTO keys_of VALUES (3, 1, 1, 'bo@example.com')")
    assert "rooms: 1 rows of keys_of that this erasure does not delete point at" in plan_of(handler).problems[0]
    scratch.ask("DELETE FROM keys_of WHERE id = 3")
    plan = plan_of(handler)
    carry_out(handler, plan)
    assert not handler.verify(ADA, plan)
    assert scratch.ask("SELECT house, nr FROM rooms") == [(1, 2)] and scratch.ask("SELECT id FROM keys_of") == [(2,)]


def test_null_that_may_stand_only_once_is_refused(scratch: Scratch, tmp_path: Path) -> None:
    if scratch.engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL knows NULLS NOT DISTINCT")
    scratch.ask(*PEOPLE, "ALTER TABLE people ADD CONSTRAINT once UNIQUE NULLS NOT DISTINCT (name)")
    erase = {"user.contact.email": "pseudonym", "user.name": None}
    with pytest.raises(CommandError, match=r"people\.name must be unique and NULL counts there"):
        call_command("connect", str(write_systems(tmp_path / "s.json", scratch.url, MAPPED, erase=erase)))

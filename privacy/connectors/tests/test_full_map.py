"""A map with every feature of the format, on SQLite, PostgreSQL and MariaDB: all it says is done, or told."""

import io
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from privacy.connectors.database import clean_url
from privacy.connectors.tests.conftest import MAPS, Scratch
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, Handler, HandlerUnavailable, Identity, Person, Treatment

pytestmark = pytest.mark.django_db
ADA = Person((), (Identity("email", "ada@example.com"),))
Connect = Callable[..., Handler]
SCHEMA = (
    "CREATE TABLE teams (id INTEGER PRIMARY KEY, motto VARCHAR(80), captain_id INTEGER)",
    (
        "CREATE TABLE members (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, phone VARCHAR(40),"
        " name VARCHAR(60) NOT NULL, nick VARCHAR(30) NOT NULL UNIQUE, token VARCHAR(120), ref VARCHAR(120),"
        " level INTEGER, serial VARCHAR(20), prefs TEXT, team_id INTEGER)"
    ),
    (
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, member_id INTEGER, parent_id INTEGER, body TEXT NOT NULL,"
        " FOREIGN KEY (member_id) REFERENCES members (id), FOREIGN KEY (parent_id) REFERENCES posts (id))"
    ),
    (
        "CREATE TABLE bookings (room VARCHAR(10), day DATE, member_id INTEGER, wish VARCHAR(80), fee DECIMAL(8, 2),"
        " PRIMARY KEY (room, day), FOREIGN KEY (member_id) REFERENCES members (id))"
    ),
    (
        "CREATE TABLE visits (room VARCHAR(10), day DATE, nr INTEGER, device VARCHAR(80), PRIMARY KEY (room, day, nr),"
        " FOREIGN KEY (room, day) REFERENCES bookings (room, day))"
    ),
    "CREATE TABLE leaflets (id INTEGER PRIMARY KEY, city VARCHAR(40))",
    "CREATE TABLE trail (id INTEGER PRIMARY KEY, who VARCHAR(40))",
    "INSERT INTO teams VALUES (1, 'Ada leads', 1), (2, 'Others', 2)",
    (
        "INSERT INTO members VALUES (1, 'Ada@Example.com', '+49301', 'Ada', 'ada', 't1', 'r1', 3, 's1', '{}', 1),"
        " (2, 'bo@example.com', '+49302', 'Bo', 'bo', 't2', 'r2', 4, 's2', '{}', 2)"
    ),
    "INSERT INTO posts VALUES (1, 1, NULL, 'root'), (2, NULL, 1, 'reply'), (3, NULL, 2, 'deeper'), (4, 2, NULL, 'bo')",
    "INSERT INTO bookings VALUES ('A', '2026-01-02', 1, 'window', 12.50), ('A', '2026-01-03', 2, 'door', 9.00)",
    "INSERT INTO visits VALUES ('A', '2026-01-02', 1, 'ada-phone'), ('A', '2026-01-03', 1, 'bo-phone')",
    "INSERT INTO leaflets VALUES (1, 'Kiel')",
    "INSERT INTO trail VALUES (1, 'Ada')",
)


@pytest.fixture
def club(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """The club in one database."""
    scratch.ask(*SCHEMA)
    monkeypatch.setenv("CLUB_URL", scratch.url)
    return scratch


def carry_out(handler: Handler, person: Person = ADA) -> Any:
    plan = handler.plan(person, Action.ERASE, now=clock.now())
    assert not plan.problems
    results = [handler.apply_chunk(Chunk(table, table.keys, str(n), 1)) for n, table in enumerate(plan.tables)]
    return plan, results


def test_every_way_is_walked_and_names_that_are_hidden_stay_hidden(club: Scratch, connect: Connect) -> None:
    handler = connect(MAPS / "club.yml", "club")
    assert {each.table: each.rows for each in handler.find(ADA)} == {
        "members": 1,
        "teams": 1,
        "posts": 3,
        "bookings": 1,
        "visits": 1,
        "leaflets": 0,
    }
    records = list(handler.export(ADA))
    text = json.dumps([[each.table, dict(each.row)] for each in records])
    assert "deeper" in text and "ada-phone" in text and "12.5" in text
    assert not [word for word in ("nick", "posts", "bo-phone", "door", "Kiel") if word in text]


def test_each_masking_is_done_once_and_nobody_else_is_touched(club: Scratch, connect: Connect) -> None:
    handler = connect(MAPS / "club.yml", "club")
    others = club.ask("SELECT * FROM members WHERE id = 2"), club.ask("SELECT * FROM bookings WHERE member_id = 2")
    plan, results = carry_out(handler)
    order = [table.table for table in plan.tables]
    assert order.index("posts") < order.index("members") < order.index("visits")
    assert [len(table.keys) for table in plan.tables if table.treatment is Treatment.DELETE] == [3]
    assert not [each for each in results if each.residuals]
    ((email, phone, name, nick, token, ref, level, serial, prefs),) = club.ask(
        "SELECT email, phone, name, nick, token, ref, level, serial, prefs FROM members WHERE id = 1"
    )
    assert email.startswith("erased-") and (phone, name, level, prefs) == (None, "gone", None, None)
    assert nick.endswith(".x") and len(nick) == 14 and serial == "s1"
    assert "t1" not in token and "r1" not in ref and token[:32] != ref[:32] and len(ref) == 45
    assert club.ask("SELECT id FROM posts") == [(4,)]
    assert club.ask("SELECT wish, fee FROM bookings WHERE member_id = 1")[0][0] is None
    ((device,),) = club.ask("SELECT device FROM visits WHERE day = '2026-01-02'")
    assert len(device) == 45 and device != "ada-phone"
    assert not handler.verify(ADA, plan)
    again = [handler.apply_chunk(Chunk(table, table.keys, str(n), 2)) for n, table in enumerate(plan.tables)]
    assert sum(each.removed + each.anonymized for each in again) == 0
    assert club.ask("SELECT token, ref, nick FROM members WHERE id = 1") == [(token, ref, nick)]
    assert others == (
        club.ask("SELECT * FROM members WHERE id = 2"),
        club.ask("SELECT * FROM bookings WHERE member_id = 2"),
    )


def test_what_is_not_followed_is_said_by_its_place(club: Scratch) -> None:
    out = io.StringIO()
    call_command("connect", str(MAPS / "club.yml"), stdout=out)
    for says in (
        "club.colour: the format knows no such key",
        "members.prefs.city.shade: the format knows no such key",
        "fides_meta.after is not needed",
        "fides_meta.namespace is refused",
        "members: partitioning is not needed",
        "members.ref: custom_request_field is refused",
        "teams.motto: user.made_up is not in the taxonomy",
        "posts.member_id: the reference into forum",
        "trail: skip_processing leaves it out",
        "leaflets: no way of the map leads to it",
    ):
        assert says in out.getvalue(), says


def test_what_cannot_be_reached_stands_in_the_preview(club: Scratch, connect: Connect) -> None:
    plan = connect(MAPS / "club.yml", "club").plan(ADA, Action.ERASE, now=clock.now())
    assert [each.table for each in plan.residuals if each.why == "no way of the map leads to it"] == ["leaflets"]


def test_an_address_and_a_number_of_two_people_mix_nothing(club: Scratch, connect: Connect) -> None:
    handler = connect(MAPS / "club.yml", "club")
    both = Person((), (Identity("email", "ada@example.com"), Identity("phone", "+49302")))
    plan = handler.plan(both, Action.ERASE, now=clock.now())
    assert [(each.table, each.rows) for each in plan.residuals if "identifier" in each.why] == [("members", 1)]
    assert {each.table: each.rows for each in handler.find(both)}["members"] == 1
    assert "bo@example.com" not in json.dumps([dict(each.row) for each in handler.export(both)])


def test_killed_between_the_effect_and_our_record_it_ends_once(club: Scratch, connect: Connect) -> None:
    handler = connect(MAPS / "club.yml", "club")
    plan = handler.plan(ADA, Action.ERASE, now=clock.now())
    chunks = [Chunk(table, table.keys, str(n), 1) for n, table in enumerate(plan.tables)]
    if not (child := os.fork()):
        try:
            for chunk in chunks[:2]:
                handler.apply_chunk(chunk)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    results = [handler.apply_chunk(chunk) for chunk in chunks]
    assert sum(each.already_done for each in results[:2]) and not handler.verify(ADA, plan)
    assert all(
        each.removed + each.anonymized + each.retained + each.already_done == len(chunk.keys)
        for each, chunk in zip(results, chunks, strict=True)
    )


def test_a_row_that_somebody_locks_is_not_waited_for_for_ever_and_nothing_is_half_done(
    club: Scratch, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    if club.url.startswith("sqlite"):
        monkeypatch.setattr("privacy.connectors.database.CONNECT_SECONDS", 0)
    handler = connect(MAPS / "club.yml", "club")
    plan = handler.plan(ADA, Action.ERASE, now=clock.now())
    table = next(each for each in plan.tables if each.table == "posts")
    before = club.ask("SELECT id, body FROM posts ORDER BY id")
    with club.engine.connect() as other:
        if club.url.startswith("sqlite"):
            other.exec_driver_sql("BEGIN IMMEDIATE")
        other.exec_driver_sql("UPDATE posts SET body = 'other' WHERE id = 1")
        with pytest.raises(HandlerUnavailable) as error:
            handler.apply_chunk(Chunk(table, table.keys, "k", 1))
        other.rollback()
    assert "root" not in str(error.value)
    assert club.ask("SELECT id, body FROM posts ORDER BY id") == before


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    data = yaml.safe_load((MAPS / "club.yml").read_text(encoding="utf-8"))
    change(data["systems"][0]["dataset"]["dataset"][0])
    (tmp_path / "changed.yml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return tmp_path / "changed.yml"


def column(dataset: dict[str, Any], collection: str, name: str) -> dict[str, Any]:
    fields = next(each for each in dataset["collections"] if each["name"] == collection)["fields"]
    found: dict[str, Any] = next(each for each in fields if each["name"] == name)
    return found


def masked(strategy: str, **more: Any) -> dict[str, Any]:
    override = {"strategy": strategy, "configuration": more.pop("configuration", {})}
    return {"fides_meta": {"masking_strategy_override": override, **more}}


TO_MEMBER = [{"dataset": "club", "field": "members.id", "direction": "from"}]
INNER = {"fides_meta": {}, "fields": [{"name": "mail", "fides_meta": {"identity": "email"}}]}


@pytest.mark.parametrize(
    ("collection", "name", "change", "says"),
    [
        ("members", "name", {"data_categories": ["usr.name"]}, "members.name: usr.name is no data category"),
        ("members", "email", {"fides_meta": {"identity": "email"}}, "members.email: give fides_meta or fidesops_meta"),
        ("members", "name", masked("aes_encrypt"), "members.name: the masking strategy aes_encrypt is refused"),
        ("members", "name", masked("hash", configuration={"x": 1}), "members.name: hash knows no configuration x"),
        ("members", "phone", masked("hmac", identity="phone"), "members.phone cannot be blanked: a hash needs"),
        ("bookings", "member_id", masked("null_rewrite", references=TO_MEMBER), "bookings.member_id: masking"),
        ("members", "prefs", INNER, "members.prefs.mail: identity inside a column"),
    ],
)
def test_what_a_map_asks_for_and_cannot_have_is_refused_by_its_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collection: str, name: str, change: dict[str, Any], says: str
) -> None:
    (tmp_path / "club.sqlite").touch()
    club = Scratch(clean_url(f"sqlite:///{tmp_path / 'club.sqlite'}"))
    club.ask(*SCHEMA)
    monkeypatch.setenv("CLUB_URL", club.url)
    file = changed(tmp_path, lambda dataset: column(dataset, collection, name).update(change))
    with pytest.raises(CommandError, match=says):
        call_command("connect", str(file))


def test_a_circle_of_erase_after_is_refused(tmp_path: Path) -> None:
    def turn(dataset: dict[str, Any]) -> None:
        posts = next(each for each in dataset["collections"] if each["name"] == "posts")
        posts["fidesops_meta"]["erase_after"] = ["club.members"]

    with pytest.raises(CommandError, match="erase_after leads in a circle"):
        call_command("connect", str(changed(tmp_path, turn)))

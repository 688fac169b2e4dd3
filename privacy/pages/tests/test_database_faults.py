"""A database that dies, locks, turns read-only, changes or refuses in the middle of an erasure: on servers that this
test starts itself, so that they can be killed. The case waits, says why, and ends with each effect once."""

import datetime as dt
import io
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import Step, SubjectRequest
from dsr.services import approving, planning, running
from dsr.states import State, StepState
from dsr.tests.conftest import house, make_case  # noqa: F401  (fixtures)
from privacy.audit.models import AuditEvent
from privacy.connectors import database, sql_handler
from privacy.connectors.erasing import erase_rows
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.tests.servers import PASSWORD, PrivateMariaDb, PrivatePostgres, Server
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
NOTES = 40
FUNCTION = """CREATE FUNCTION note_gone() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO gone VALUES (OLD.id); RETURN OLD; END $$"""
GONE = {  # counts how often each note went, inside the server
    "postgresql": (
        FUNCTION,
        "CREATE TRIGGER t AFTER DELETE ON notes FOR EACH ROW EXECUTE FUNCTION note_gone()",
    ),
    "mysql": ("CREATE TRIGGER t AFTER DELETE ON notes FOR EACH ROW INSERT INTO gone VALUES (OLD.id)",),
}
TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, name VARCHAR(60))",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people (id), body TEXT)",
    "CREATE TABLE gone (note_id INTEGER)",
    "INSERT INTO people VALUES (1, 'alice@example.com', 'Alice'), (2, 'bob@example.com', 'Bob')",
    "INSERT INTO notes VALUES " + ", ".join(f"({n}, {1 + n // NOTES}, 'a note')" for n in range(2 * NOTES)),
)
EXTRAS = "CREATE TABLE extras (id INTEGER PRIMARY KEY, note_id INTEGER, FOREIGN KEY (note_id) REFERENCES notes (id)"
PERSON = [{"dataset": "shop", "field": "people.id", "direction": "from"}]
DATASET = {
    "fides_key": "shop",
    "collections": [
        {
            "name": "people",
            "fields": [
                {"name": "id", "data_categories": ["system"], "fides_meta": {"primary_key": True}},
                {"name": "email", "data_categories": ["user.contact.email"], "fides_meta": {"identity": "email"}},
                {"name": "name", "data_categories": ["user.name"]},
            ],
        },
        {
            "name": "notes",
            "fields": [
                {"name": "id", "data_categories": ["system"], "fides_meta": {"primary_key": True}},
                {"name": "person_id", "data_categories": ["system"], "fides_meta": {"references": PERSON}},
                {"name": "body", "data_categories": ["user.content"]},
            ],
        },
    ],
}


@pytest.fixture(scope="module", params=[PrivatePostgres, PrivateMariaDb])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made: Server = request.param()
    try:
        made.make()
        yield made
    finally:
        made.remove()


@pytest.fixture
def shop(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Server]:
    """The server with two people and their notes, connected."""
    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    database._engine.cache_clear()
    dialect = sa.make_url(server.url).get_backend_name()
    server.ask(*TABLES, *GONE[dialect])
    systems_file(server, tmp_path, server.url)
    call_command("connect", str(tmp_path / "systems.json"), stdout=io.StringIO())
    yield server
    database._engine.cache_clear()
    if not server.answers():
        server.start()
    server.ask("DROP TABLE IF EXISTS extras", "DROP TABLE notes", "DROP TABLE gone", "DROP TABLE people")
    if dialect == "postgresql":
        server.ask("DROP FUNCTION note_gone")


def systems_file(server: Server, tmp_path: Path, url: str) -> Path:
    erase = {"user.contact.email": "pseudonym", "user.content": "delete"}
    entry = {"key": "shop", "label": "Shop", "url": url, "dataset": DATASET, "erase": erase}
    file = tmp_path / "systems.json"
    file.write_text(json.dumps({"systems": [entry]}))
    return file


def approve(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    run_until_empty()


def waits(case: SubjectRequest) -> str:
    """Why the shop has not answered."""
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert (case.state, step.state, step.answer) == (State.BLOCKED, StepState.UNAVAILABLE, "")
    return step.reason


def ended_once(shop: Server, case: SubjectRequest) -> Step:
    """The step of a case that is closed, with each effect once and nobody else touched."""
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.CLOSED and step.verified_at and not step.reason
    assert step.removed + step.anonymized + step.already_done == NOTES + 1
    assert shop.ask("SELECT count(*), count(DISTINCT note_id) FROM gone") == [(NOTES, NOTES)]
    assert shop.ask("SELECT count(*), min(person_id) FROM notes") == [(NOTES, 2)]
    people = shop.ask("SELECT id, email, name FROM people ORDER BY id")
    assert people[1] == (2, "bob@example.com", "Bob") and "alice" not in str(people).lower()
    return step


@pytest.mark.parametrize("in_one", [True, False], ids=["in-one-transaction", "in-chunks"])
def test_a_server_that_is_killed_in_the_middle_and_comes_back_ends_the_case_once(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
    monkeypatch: pytest.MonkeyPatch,
    in_one: bool,
) -> None:
    monkeypatch.setattr(running, "CHUNK_ROWS", 10)
    monkeypatch.setattr(sql_handler, "TOGETHER", 1000 if in_one else 0)
    case = make_case()
    approve(case, lena, nora)
    calls: list[int] = []

    def erase_and_die(*arguments: Any) -> object:
        calls.append(1)
        if len(calls) == 3:
            shop.kill()
        return erase_rows(*arguments)

    monkeypatch.setattr(sql_handler, "erase_rows", erase_and_die)
    run_until_empty()
    assert waits(case).startswith("It waits: ")
    step = Step.objects.get(handler="shop")
    assert (step.removed, step.key_index) == ((0, 0) if in_one else (20, 20))
    shop.start()
    assert shop.ask("SELECT count(*) FROM gone") == [(0 if in_one else 20,)]
    again()
    assert ended_once(shop, case).already_done == 0


def test_locked_rows_are_waited_for_a_while_and_asked_again(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
) -> None:
    case = make_case()
    approve(case, lena, nora)
    with sa.create_engine(shop.url, poolclass=sa.NullPool).connect() as other:
        other.exec_driver_sql("UPDATE people SET name = 'Alicia' WHERE id = 1")
        run_until_empty()
        assert "rows there are locked" in waits(case)
        assert shop.ask("SELECT count(*) FROM gone") == [(0,)]  # the notes went back with the rest
        other.rollback()
    again()
    ended_once(shop, case)


def read_only(shop: Server, word: str) -> None:
    if shop.scheme == "postgresql":
        shop.ask(f"ALTER DATABASE shop SET default_transaction_read_only = {word}", url=admin_of(shop))
    else:
        shop.ask(f"SET GLOBAL read_only = {word}", url=admin_of(shop))


def admin_of(shop: Server) -> str:
    if shop.scheme == "postgresql":
        return shop.url.replace("/shop", "/postgres")
    return f"mysql+pymysql://root@127.0.0.1:{shop.port}/mysql"


def test_a_read_only_database_is_refused_before_the_first_write_in_words(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sql_handler, "TOGETHER", 0)
    case = make_case()
    try:
        read_only(shop, "on")
        with pytest.raises(DomainError, match=r"Shop: Nothing can be erased there: .*the database is read-only"):
            approve(case, lena, nora)
        read_only(shop, "off")
        approve(case, lena, nora)
        read_only(shop, "on")
        run_until_empty()
        assert "nothing was written: notes: the database is read-only" in waits(case)
    finally:
        read_only(shop, "off")
    again()
    ended_once(shop, case)


def test_a_right_that_is_missing_is_said_before_the_approval(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    tmp_path: Path,
    lena: User,
    nora: User,
) -> None:
    made = f"CREATE USER reader PASSWORD '{PASSWORD}'", "GRANT SELECT, UPDATE ON people, notes TO reader"
    if shop.scheme != "postgresql":
        rights = [f"GRANT SELECT, UPDATE ON shop.{table} TO reader@'127.0.0.1'" for table in ("people", "notes")]
        made = f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'", *rights  # type: ignore[assignment] # more
    shop.ask(*made, url=shop.url if shop.scheme == "postgresql" else admin_of(shop).replace("/mysql", "/shop"))
    call_command("connect", str(systems_file(shop, tmp_path, shop.url.replace("keeper", "reader"))))
    with pytest.raises(DomainError, match="Nothing can be erased there: notes: the database user may not do that"):
        approve(make_case(), lena, nora)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE people RENAME COLUMN name TO full_name", "people.name: the table has no such column"),
        (EXTRAS + ")", "extras.note_id points at them and forbids it"),
        (EXTRAS + " ON DELETE CASCADE)", "extras.note_id points at them and would be deleted along"),
    ],
    ids=["a column renamed", "a foreign key", "a cascade"],
)
def test_a_schema_that_changed_after_the_approval_is_refused_before_the_first_write(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
    change: str,
    says: str,
) -> None:
    case = make_case()
    approve(case, lena, nora)
    shop.ask(change)
    run_until_empty()
    assert says in waits(case)
    assert shop.ask("SELECT count(*) FROM notes") == [(2 * NOTES,)]
    if "RENAME" in change:
        shop.ask("ALTER TABLE people RENAME COLUMN full_name TO name")
    else:
        shop.ask("DROP TABLE extras")
    again()
    ended_once(shop, case)


def test_no_text_holds_a_credential(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The password is refused, then the server is gone; drivers name user, host and port in their messages."""
    caplog.set_level(logging.DEBUG)
    said = io.StringIO()
    wrong = shop.url.replace(PASSWORD, f"{PASSWORD}-wrong")
    for url in (wrong, wrong.replace(f":{shop.port}", ":no-port"), wrong.replace("127.0.0.1", "[::1")):
        with pytest.raises(CommandError) as refused:
            call_command("connect", str(systems_file(shop, tmp_path, url)), stdout=said, stderr=said)
        said.write(str(refused.value))
        monkeypatch.setenv("BAD_URL", url)
        with pytest.raises(CommandError) as refused:
            call_command("map_database", "$BAD_URL", stdout=said, stderr=said)
        said.write(str(refused.value))
    case = make_case()
    approve(case, lena, nora)
    row = ConnectedSystem.objects.get()
    row.url = wrong
    row.save()
    run_until_empty()
    assert waits(case).startswith("It waits: the database ")
    operator = signed_in(make_user("ines@kept.example", "manage_systems", is_staff=True))
    page = f"/console/connectors/connectedsystem/{ConnectedSystem.objects.get().pk}/change/"
    said.write(operator.post(page, {"act": "test"}, follow=True).content.decode())
    shop.kill()
    said.write(operator.post(page, {"act": "test"}, follow=True).content.decode())
    again()
    said.write(signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode())
    said.write(waits(case) + caplog.text + str(list(AuditEvent.objects.values_list("payload", flat=True))))
    assert "cannot be" in said.getvalue()
    assert not [word for word in (PASSWORD, "keeper", f":{shop.port}") if word in said.getvalue()]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_effect_and_its_record_ends_the_case_once(
    shop: Server,
    make_case: MakeCase,  # noqa: F811
    lena: User,
    nora: User,
    settings: Settings,
) -> None:
    settings.KEPT_JOB_LEASE_SECONDS = 1
    case = make_case()
    approve(case, lena, nora)
    connections.close_all()
    if not (child := os.fork()):
        try:
            running._record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            run_until_empty()
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert shop.ask("SELECT count(*) FROM gone") == [(NOTES,)]
    assert Step.objects.get(handler="shop").removed == 0
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    again()
    assert ended_once(shop, case).already_done == NOTES + 1

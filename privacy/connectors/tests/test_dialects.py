"""Databases by another dialect's name: found, erased and proved like any other; what is missing is named."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from django.core.management import CommandError, call_command
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from privacy.connectors.database import clean_url
from privacy.connectors.sql_handler import SqlHandler
from privacy.connectors.tests.conftest import Scratch
from privacy.connectors.tests.short_maps import write_systems
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, Handler, Identity, Person

pytestmark = pytest.mark.django_db
ADA = Person((), (Identity("email", "ada@example.com"),))


class OtherLite(SQLiteDialect_pysqlite):
    """A dialect that nobody here has heard of, of SQLite's family."""

    name = "otherlite"
    supports_statement_cache = True


class OtherWire(PGDialect_psycopg2):
    """One that speaks PostgreSQL's protocol."""

    name = "otherwire"
    supports_statement_cache = True


@pytest.fixture(params=["otherlite", pytest.param("otherwire", marks=pytest.mark.pg)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with two people, by the name of an additional dialect."""
    sa.dialects.registry.register("otherlite", __name__, "OtherLite")
    sa.dialects.registry.register("otherwire", __name__, "OtherWire")
    if request.param == "otherlite":
        (tmp_path / "other.sqlite").touch()
        yield f"otherlite:///{tmp_path / 'other.sqlite'}"
        return
    if not os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("TEST_DATABASE_URL names no server")
    server = sa.make_url(clean_url(os.environ["TEST_DATABASE_URL"]))
    admin = sa.create_engine(server.set(database="postgres"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    name = f"kept_scratch_{os.getpid()}_other"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(drivername="otherwire", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")


def test_another_dialect_is_searched_erased_and_proved(
    other: str, tmp_path: Path, connect: Callable[..., Handler]
) -> None:
    scratch = Scratch(other)
    scratch.ask(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, name VARCHAR(40))",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (id), body TEXT)",
        "INSERT INTO people VALUES (1, 'ada@example.com', 'Ada'), (2, 'bo@example.com', 'Bo')",
        "INSERT INTO notes VALUES (1, 1, 'Ada said'), (2, 2, 'Bo said')",
    )
    collections = {
        "people": ["id!", "email@", "name: user.name"],
        "notes": ["id!", "person_id > people.id", "body: user.content"],
    }
    bad = write_systems(tmp_path / "s.json", other, collections, erase={"user.contact.email": "x"})
    with pytest.raises(CommandError, match=r"people\.email must be unique"):
        call_command("connect", str(bad))
    erase = {"user.contact.email": "pseudonym", "user.content": "delete"}
    handler = connect(write_systems(tmp_path / "s.json", other, collections, erase=erase), "club")
    assert isinstance(handler, SqlHandler) and handler.mapped.database.dialect == other.split(":", maxsplit=1)[0]
    assert "Ada said" in str([dict(each.row) for each in handler.export(ADA)])
    plan = handler.plan(ADA, Action.ERASE, now=clock.now())
    chunks = [Chunk(table, table.keys, str(n), 1) for n, table in enumerate(plan.tables)]
    assert handler.apply_together(chunks) and not handler.verify(ADA, plan)
    assert scratch.ask("SELECT id FROM notes") == [(2,)]
    people = scratch.ask("SELECT email, name FROM people ORDER BY id")
    assert people[0][0].startswith("erased-") and people == [(people[0][0], None), ("bo@example.com", "Bo")]

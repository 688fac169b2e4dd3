"""What the tests of outside systems share: a guard that holds nothing, and the public sample shop."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.core.management import call_command

from privacy.connectors.database import clean_url
from privacy.personal_data import guards
from privacy.personal_data.contract import Handler, handlers

MAPS = Path(__file__).parent / "maps"
DATA = Path(os.environ.get("KEPT_SAMPLE_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
DATABASE_LINES = ("DROP DATABASE", "CREATE DATABASE", "\\c ")


@pytest.fixture(autouse=True)
def guard_that_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})


class Scratch:
    """A database that a test may do anything to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def ask(self, *statements: str) -> list[Any]:
        with self.engine.begin() as connection:
            result = [connection.exec_driver_sql(each) for each in statements][-1]
            return [tuple(row) for row in result.all()] if result.returns_rows else []


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.pg), "mariadb"])
def scratch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scratch]:
    """An empty database on each engine."""
    if request.param == "sqlite":
        (tmp_path / "club.sqlite").touch()
        yield Scratch(clean_url(f"sqlite:///{tmp_path / 'club.sqlite'}"))
        return
    variable = {"postgres": "TEST_DATABASE_URL", "mariadb": "TEST_MARIADB_URL"}[request.param]
    if not os.environ.get(variable):
        pytest.skip(f"{variable} names no {request.param} server")
    server = sa.make_url(clean_url(os.environ[variable]))
    main = server.set(database="postgres") if request.param == "postgres" else server
    admin = sa.create_engine(main, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    name = f"kept_scratch_{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield Scratch(server.set(database=name).render_as_string(hide_password=False))
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


@pytest.fixture
def sqlite_music(tmp_path: Path) -> str:
    """A copy of the sample music shop as a SQLite file: its URL."""
    source = DATA / "chinook.sqlite"
    if not source.exists():
        pytest.skip("the sample data is not there")
    shutil.copyfile(source, tmp_path / "music.sqlite")
    return clean_url(f"sqlite:///{tmp_path / 'music.sqlite'}")


@pytest.fixture
def pg_music(tmp_path: Path) -> Iterator[str]:
    """The sample music shop in a scratch database of the test server, loaded by psql: its URL.

    The script's own lines that drop, create and enter a database by a fixed name are left out.
    """
    source = DATA / "chinook-postgresql.sql"
    if not source.exists() or not shutil.which("psql"):
        pytest.skip("the sample data or psql is not there")
    server = sa.make_url(clean_url(os.environ["TEST_DATABASE_URL"])).set(drivername="postgresql")
    name = f"kept_scratch_{uuid.uuid4().hex[:12]}"
    scratch = server.set(database=name).render_as_string(hide_password=False)
    lines = source.read_text(encoding="utf-8").splitlines()
    script = tmp_path / "music.sql"
    script.write_text("\n".join(line for line in lines if not line.startswith(DATABASE_LINES)), encoding="utf-8")
    admin = server.set(database="postgres").render_as_string(hide_password=False)
    _psql(admin, "-c", f"CREATE DATABASE {name}")
    try:
        _psql(scratch, "-f", str(script))
        yield clean_url(scratch)
    finally:
        _psql(admin, "-c", f"DROP DATABASE {name}")


def _psql(url: str, *arguments: str) -> None:
    subprocess.run(
        ["psql", url, "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", *arguments]
        if "-f" in arguments
        else ["psql", url, "-q", *arguments],
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture
def connect(db: None) -> Callable[[Path | str, str], Handler]:
    """Run `manage.py connect` on a systems file and give the handler of a key."""

    def run(file: Path | str, key: str) -> Handler:
        call_command("connect", str(file))
        return handlers.get(key)

    return run

"""A person with very many rows in a database of others: counted and exported without holding them; and how many
connections there are while many people are looked up together."""

import os
import sqlite3
import threading
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from privacy.connectors.database import PAGE, Database, clean_url
from privacy.connectors.sql_handler import SqlHandler
from privacy.connectors.systems import MappedSystem
from privacy.connectors.systems_file import SystemSpec, read_systems_file
from privacy.connectors.tests.short_maps import write_systems
from privacy.personal_data.contract import Identity, Person

MAP = {
    "people": ["id!", "mail@"],
    "visits": ["id!", "person_id > people.id", "page: user.behavior.browsing_history"],
    "notes": ["id!", "visit_id > visits.id", "text: user.content"],
    "clicks": ["id!", "person_id > people.id", "target: user.behavior"],
}
TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(80))",
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people, page VARCHAR(80))",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visits, text VARCHAR(80))",
    "CREATE TABLE clicks (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people, target VARCHAR(80))",
)
FEW, MANY = PAGE + 3, 30 * PAGE + 3
BESIDES = 1 << 20  # far less than the keys of the rows beyond the few take


def person(name: str) -> Person:
    return Person((), (Identity("email", f"{name}@example.com"),))


def handler_of(tmp_path: Path, url: str) -> SqlHandler:
    (spec,) = read_systems_file(write_systems(tmp_path / "club.yaml", url, MAP))
    assert isinstance(spec, SystemSpec)
    return SqlHandler(
        key="club", label="Club", read=lambda: MappedSystem.read("club", Database(url), spec.datamap, spec.rules)
    )


@pytest.fixture
def club(tmp_path: Path) -> SqlHandler:
    """Few has a few clicks, many has very many, and theirs lie between each other's."""
    file = tmp_path / "club.sqlite"
    with closing(sqlite3.connect(file)) as there, there:
        for statement in TABLES:
            there.execute(statement)
        there.executemany("INSERT INTO people VALUES (?, ?)", [(1, "few@example.com"), (2, "many@example.com")])
        there.executemany("INSERT INTO visits VALUES (?, ?, '/')", [(1, 1), (2, 2), (3, 2)])
        there.executemany("INSERT INTO notes VALUES (?, ?, 'x')", [(1, 1), (2, 2), (3, 3), (4, 3)])
        clicks = [(2 * number, 1, uuid.uuid4().hex) for number in range(FEW)]
        clicks += [(2 * number + 1, 2, uuid.uuid4().hex) for number in range(MANY)]
        there.executemany("INSERT INTO clicks VALUES (?, ?, ?)", clicks)
    return handler_of(tmp_path, f"sqlite:///{file}")


def test_every_row_leaves_once_and_is_counted(club: SqlHandler) -> None:
    assert set(club.mapped.leaves) == {"clicks", "notes"}
    for name, clicks, notes in (("few", FEW, 1), ("many", MANY, 3)):
        found = {each.table: each.rows for each in club.find(person(name))}
        assert found == {"people": 1, "visits": notes // 2 + 1, "notes": notes, "clicks": clicks}
        rows = [(record.table, record.row["id"]) for record in club.export(person(name))]
        assert len(rows) == len(set(rows)) == sum(found.values())
    assert not list(club.export(person("nobody"))) and not any(each.rows for each in club.find(person("nobody")))


def test_thirty_times_the_rows_need_no_more_memory(club: SqlHandler) -> None:
    peaks = []
    for name in ("few", "few", "many"):  # the first time everything is compiled
        tracemalloc.start()
        count = sum(1 for _ in club.export(person(name)))
        club.find(person(name))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count >= FEW
    assert peaks[2] < peaks[1] + BESIDES, peaks


@pytest.fixture
def server() -> Iterator[Callable[[str], list[tuple[int]]]]:
    """A database of its own on the server of the tests, and a way to ask that server."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    name = f"kept_club_{uuid.uuid4().hex[:8]}"
    engine = sa.create_engine(clean_url(url), isolation_level="AUTOCOMMIT")

    def ask(question: str) -> list[tuple[int]]:
        with engine.connect() as connection:
            result = connection.exec_driver_sql(question.format(name=name))
            return [tuple(row) for row in result] if result.returns_rows else []

    ask("CREATE DATABASE {name}")
    try:
        yield ask
    finally:
        ask("DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()


@pytest.mark.pg
def test_twenty_accesses_together_hold_no_more_than_one_connection_each_and_none_afterwards(
    server: Callable[[str], list[tuple[int]]], tmp_path: Path
) -> None:
    (name,) = server("SELECT max(datname) FROM pg_database WHERE datname LIKE 'kept_club_%%'")[0]
    url = clean_url(os.environ["TEST_DATABASE_URL"]).rsplit("/", 1)[0] + f"/{name}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as there:
        for statement in TABLES:
            there.exec_driver_sql(statement)
        there.exec_driver_sql("INSERT INTO people SELECT n, 'p' || n || '@example.com' FROM generate_series(1, 20) n")
        there.exec_driver_sql("INSERT INTO clicks SELECT n, mod(n, 20) + 1, 'x' FROM generate_series(1, 60000) n")
    handler = handler_of(tmp_path, url)
    assert not handler.problems
    together, counts, most = threading.Barrier(20), list[int](), list[int]()

    def access(number: int) -> None:
        together.wait()
        for _ in range(3):
            counts.append(sum(1 for _ in handler.export(person(f"p{number}"))))

    threads = [threading.Thread(target=access, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    connections = "SELECT count(*)::int FROM pg_stat_activity WHERE datname = '{name}'"
    while any(thread.is_alive() for thread in threads):
        most.append(server(connections)[0][0])
    for thread in threads:
        thread.join()
    assert counts == [3001] * 60
    lasting = [min(pair) for pair in pairwise(most)]  # the server counts one that was let go until its process ends
    assert max(lasting) <= 20, max(lasting)
    assert server(connections)[0][0] <= 1  # the one that is just going

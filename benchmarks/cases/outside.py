"""Outside SQL systems of unusual size: a map of very many tables, a person with very many rows, many people together.

Planned is an erasure over a map as a process meets it first: the schema read, map and masking held against it, every
way walked. The rows of a person are counted and exported by a process of its own; what counts is the most memory that
it ever held. Connections to the database of others are counted while threads export together.
"""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from django.db import connection

from benchmarks.cases.streaming import most_memory
from benchmarks.figures import Figure, tell
from benchmarks.scratch import ROOT
from benchmarks.sizes import sizes
from privacy.connectors.database import Database, clean_url
from privacy.connectors.datamaps import read_map
from privacy.connectors.policies import parse_policies
from privacy.connectors.sql_handler import SqlHandler
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Identity, Person

TO_REACH, SECONDS_TO_REACH = "the figure to reach", 2.0
WIDE = 3  # rows of a person in each table of the large map


def person(number: int) -> Person:
    return Person((), (Identity("email", f"p{number}@outside.example"),))


def dataset(tables: int) -> dict[str, Any]:
    """People, and tables that hang on them in rows of ten."""
    fields = [{"name": "id", "data_categories": ["system.operations"], "fides_meta": {"primary_key": True}}]
    mail = {"name": "mail", "data_categories": ["user.contact.email"], "fides_meta": {"identity": "email"}}
    collections = [{"name": "people", "fields": [*fields, mail]}]
    for number in range(1, tables):
        owner = f"t{number - 1}" if number % 10 > 1 else "people"
        link = {"references": [{"dataset": "outside", "field": f"{owner}.id", "direction": "from"}]}
        owned = {"name": "owner", "data_categories": ["system.operations"], "fides_meta": link}
        text = {"name": "text", "data_categories": ["user.content"]}
        collections.append({"name": f"t{number}", "fields": [*fields, owned, text]})
    return {"fides_key": "outside", "collections": collections}


def statements(tables: int) -> list[str]:
    made = ["CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(80))"]
    for number in range(1, tables):
        owner = f"t{number - 1}" if number % 10 > 1 else "people"
        made.append(
            f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES {owner}(id), text VARCHAR(80))"
        )
        made.append(f"CREATE INDEX t{number}_owner ON t{number} (owner)")
    return made


def handler_of(url: str, tables: int) -> SqlHandler:
    datamap = read_map(dataset(tables))
    rules = parse_policies({"erase": {}, "retain": []}, datamap)
    return SqlHandler(
        key="outside", label="Outside", read=lambda: MappedSystem.read("outside", Database(url), datamap, rules)
    )


def made(name: str, tables: int, fill: Callable[[sqlite3.Connection], None]) -> str:
    """A database of others in a file, and its address."""
    path = Path(settings.KEPT_HOME) / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as there, there:
        for statement in statements(tables):
            there.execute(statement)
        fill(there)
    return f"sqlite:///{path}"


def large_map(tables: int) -> None:
    """How long a plan takes over so many tables, for the first time and again."""

    def fill(there: sqlite3.Connection) -> None:
        there.executemany("INSERT INTO people VALUES (?, ?)", [(n, f"p{n}@outside.example") for n in range(WIDE)])
        for number in range(1, tables):
            there.executemany(f"INSERT INTO t{number} VALUES (?, ?, 'x')", [(n, n) for n in range(WIDE)])

    url = made("wide", tables, fill)
    taken = []
    for _ in range(sizes().rounds):
        handler = handler_of(url, tables)
        started = time.perf_counter()
        plan = handler.plan(person(1), Action.ERASE, now=clock.now())
        taken.append(time.perf_counter() - started)
        if plan.problems or len([each for each in plan.tables if each.rows]) != tables:
            raise RuntimeError(f"{len(plan.tables)} of {tables} tables are planned: {plan.problems}")
    slowest = max(taken)
    tell(Figure(f"a map of {tables} tables planned, slowest", "s", slowest, TO_REACH, SECONDS_TO_REACH, len(taken)))


def rows_of(number: int, count: int) -> Callable[[sqlite3.Connection], None]:
    def fill(there: sqlite3.Connection) -> None:
        there.execute("INSERT INTO people VALUES (?, ?)", (number, f"p{number}@outside.example"))
        there.executemany("INSERT INTO t1 VALUES (?, ?, ?)", ((n, number, f"page {n}") for n in range(count)))

    return fill


def many_rows() -> None:
    """The most memory of a process that exports few rows and very many."""
    counts, figures = sizes().outside_rows, []
    for count in counts:
        url = made(f"rows{count}", 2, rows_of(1, count))
        command = [sys.executable, "-m", "benchmarks.cases.outside", "export", url]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        memory, seconds, exported = done.stdout.split()
        if int(exported) != count + 1:
            raise RuntimeError(f"{exported} of {count} rows left.")
        figures.append((float(memory), float(seconds)))
    (less, quick), (more, slow) = figures
    few, many = counts
    case = f"a person with {many:,} rows outside"
    tell(Figure(f"{case}, most memory", "MiB", more, f"of {few:,} rows", less, 1))
    tell(Figure(f"{case}, CPU a row", "µs", slow / many * 1e6, f"of {few:,} rows", quick / few * 1e6, 1))


def export(url: str) -> None:
    handler, started = handler_of(url, 2), time.process_time()
    count = sum(1 for _ in handler.export(person(1)))
    sys.stdout.write(f"{most_memory()} {time.process_time() - started} {count}\n")


def shared(people: int, rows: int) -> str:
    """A database of others with the rows of several people, on the server where Kept runs on one."""
    if connection.vendor == "sqlite":

        def fill(there: sqlite3.Connection) -> None:
            there.executemany("INSERT INTO people VALUES (?, ?)", [(n, f"p{n}@outside.example") for n in range(people)])
            there.executemany("INSERT INTO t1 VALUES (?, ?, 'x')", [(n, n % people) for n in range(rows)])

        return made("together", 2, fill)
    with connection.cursor() as cursor:
        for statement in statements(2):
            cursor.execute(statement)
        names = "SELECT n, 'p' || n || '@outside.example' FROM generate_series(0, %s) n"
        cursor.execute(f"INSERT INTO people {names}", [people])
        cursor.execute("INSERT INTO t1 SELECT n, mod(n, %s), 'x' FROM generate_series(1, %s) n", [people, rows])
    return clean_url(os.environ["DATABASE_URL"])


def together(people: int) -> None:
    """The most connections at a time while so many are exported together, against one for each."""
    handler = handler_of(shared(people, sizes().requests), 2)
    handler.find(person(0))
    failed, start, open_ones = list[Exception](), threading.Barrier(people), Connections()

    def access(number: int) -> None:
        start.wait()
        try:
            for _ in range(sizes().whole):
                list(handler.export(person(number)))
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=access, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    if open_ones.now:
        raise RuntimeError(f"{open_ones.now} connections were left open.")
    tell(Figure(f"{people} accesses together, most connections", "", open_ones.most, "one each", people, people))


class Connections:
    """How many to databases of others are open in this process, and how many there were at most."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()
        sa.event.listen(sa.Pool, "connect", lambda *_: self._note(1))
        sa.event.listen(sa.Pool, "close", lambda *_: self._note(-1))

    def _note(self, change: int) -> None:
        with self._lock:
            self.now += change
            self.most = max(self.most, self.now)


def main() -> None:
    if sys.argv[1:]:
        export(sys.argv[2])
        return
    size = sizes()
    large_map(size.outside_tables)
    many_rows()
    together(size.few_and_many_together[0])


if __name__ == "__main__":
    main()

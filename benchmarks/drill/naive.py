"""The same work done the usual naive way, to show that the drill can see loss.

A queue message is taken off before the work (as Celery does by default), the state is a flag, the outside
system is called without a key, the mail is sent in the middle of the transaction, the history is written
afterwards, and "retry what hangs" repeats whole requests. This must fail in every drill.
"""

import http.client
import json
import os
import smtplib
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.drill import counting
from benchmarks.drill.counting import Faults
from benchmarks.drill.front import accepted
from benchmarks.drill.scene import OUTSIDE_ROWS

SCHEMA = """
    CREATE TABLE naive_queue (id bigserial PRIMARY KEY, request integer NOT NULL);
    CREATE TABLE naive_request (id integer PRIMARY KEY, state text NOT NULL, since timestamptz NOT NULL DEFAULT now());
    CREATE TABLE naive_history (id bigserial PRIMARY KEY, request integer NOT NULL, state text NOT NULL);
"""
TAKE = (
    "DELETE FROM naive_queue WHERE id = (SELECT id FROM naive_queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) "
    "RETURNING request"
)
HANGS = "SELECT id FROM naive_request WHERE state = 'running' AND since < now() - interval '2 seconds'"


def connect() -> Any:
    """A connection on which every statement commits by itself."""
    connection = psycopg2.connect(os.environ["DRILL_NAIVE_URL"])
    connection.autocommit = True
    return connection.cursor()


def address(request: int) -> str:
    return f"naive{request}@drill.example"


def work() -> None:
    """A worker: take a message, do the request."""
    cursor = connect()
    while True:
        cursor.execute(TAKE)
        taken = cursor.fetchone()
        if taken is None:
            time.sleep(0.05)
        else:
            _do(cursor, taken[0])


def _do(cursor: Any, request: int) -> None:
    cursor.execute("UPDATE naive_request SET state = 'running', since = now() WHERE id = %s", [request])
    _note(cursor, request, "running")
    for number in range(OUTSIDE_ROWS):
        _post("/erase", {"keys": [f"naive{request}-{number}"]})
    _mail(request)
    cursor.execute("UPDATE naive_request SET state = 'closed' WHERE id = %s", [request])
    _note(cursor, request, "closed")


def _note(cursor: Any, request: int, state: str) -> None:
    cursor.execute("INSERT INTO naive_history (request, state) VALUES (%s, %s)", [request, state])


def _post(path: str, body: dict[str, Any]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["DRILL_OUTSIDE_PORT"]), timeout=10)
    connection.request("POST", path, json.dumps(body))
    connection.getresponse().read()
    connection.close()


def _mail(request: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "privacy@kept.example", address(request), "Our answer"
    mail["Message-ID"] = f"<naive-{request}@kept.invalid>"
    mail.set_content("Done.")
    with smtplib.SMTP("127.0.0.1", int(os.environ["DRILL_MAIL_PORT"]), timeout=10) as server:
        server.send_message(mail)


def front(requests: int, folder: Path, progress: Callable[[], float]) -> Callable[[], None]:
    """What files the requests and looks after those that hang. It is not killed, to the naive variant's favor."""

    def run() -> None:
        cursor, filed = connect(), 0
        while True:
            while filed < int(progress() * requests + 0.5):
                cursor.execute("INSERT INTO naive_request (id, state) VALUES (%s, 'filed')", [filed])
                cursor.execute("INSERT INTO naive_queue (request) VALUES (%s)", [filed])
                filed += 1
            cursor.execute(HANGS)
            for row in cursor.fetchall():
                cursor.execute("UPDATE naive_request SET since = now() WHERE id = %s", [row[0]])
                cursor.execute("INSERT INTO naive_queue (request) VALUES (%s)", [row[0]])
            _report(cursor, filed, requests, folder)
            time.sleep(0.1)

    return run


def _report(cursor: Any, filed: int, requests: int, folder: Path) -> None:
    cursor.execute("SELECT count(*) FROM naive_queue")
    queued = cursor.fetchone()[0]
    cursor.execute("SELECT count(*) FROM naive_request WHERE state = 'running'")
    running = cursor.fetchone()[0]
    facts = {"came": filed, "came_all": filed == requests, "open": running, "jobs": queued, "mails": 0}
    cursor.execute("SELECT count(*) FROM naive_history")
    temporary = folder / f"naive-status.{os.getpid()}"
    temporary.write_text(json.dumps({**facts, "marks": cursor.fetchone()[0]}))
    temporary.replace(folder / "naive-status.json")


def judge(requests: int, folder: Path) -> Faults:
    """Count as for the product."""
    faults, cursor = Faults(), connect()
    cursor.execute("SELECT id, state FROM naive_request")
    states = dict(cursor.fetchall())
    cursor.execute("SELECT request, state, count(*) FROM naive_history GROUP BY request, state")
    history = {(request, state): n for request, state, n in cursor.fetchall()}
    mails = [mail for mail in accepted(folder) if mail["to"].startswith("naive")]
    told = Counter(mail["to"] for mail in mails)
    for request in range(requests):
        if states.get(request) != "closed":
            faults.stuck.append(f"request {request} is {states.get(request)}")
        if not told[address(request)]:
            faults.lost.append(f"request {request}: no answer was accepted by the mail server")
        for state in ("running", "closed"):
            if history.get((request, state), 0) != 1:
                faults.gaps.append(f"request {request}: {history.get((request, state), 0)} history rows {state}")
    store = folder / "outside.sqlite3"
    faults.lost += counting.left_outside(store, {address(request) for request in range(requests)})
    faults.doubled += counting.double_effects(store)
    faults.doubled += counting.double_mails(mails, set())
    return faults

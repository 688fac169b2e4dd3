"""A request that comes in, against a bare Django view that does one durable INSERT: server CPU, and time to the answer.

The door is `POST /api/v1/subject-requests`: TLS and middleware, the key, the JSON and its rules, Idempotency-Key, the
limit of a day, and the filing with its event of the sealed log and the order to open it, in one transaction. The bare
side does none of that; a second one has our TLS, middleware, key and JSON before its INSERT. What the ratios show is
that nothing but these rows is waited for: no case is opened, no mail is rendered or sent, and no work is done, before
the answer. What is waited for in the database, the three rows and their commit, stands beside one INSERT of the same
filing, committed.
"""

import dataclasses
import json
import time
import uuid
from functools import partial
from itertools import product
from typing import Any

from django.db import connection, transaction

from accounts.api_keys import make_api_key
from benchmarks.cases import setting_up
from benchmarks.cases.decisions import cpu_per_request, serving, time_per_request
from benchmarks.figures import Figure, compared, tell
from benchmarks.sizes import sizes
from dsr.correspondence.models import Filing
from dsr.services.filings import Wish, keep_filing
from dsr.states import Channel
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.statements import insert

MEASURES = {"server CPU": cpu_per_request, "time": None}
PATH = "/api/v1/subject-requests"
HAND = "bare view, one INSERT"
BEHIND = "one INSERT, same door"


def filings(key: str, port: int, count: int) -> dict[str, Any]:
    """So many requests of as many people whom nobody knows."""
    run = uuid.uuid4().hex
    people = [f"{number}.{run}@bench.example" for number in range(count)]
    return {
        "port": port,
        "path": PATH,
        "headers": {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{run}-%d"},
        "bodies": [json.dumps({"rights": ["access"], "email": email, "language": "en"}) for email in people],
        "requests": count,
        "connections": 1,
        "status": 202,
        "expect": '"reference":',
    }


def inserts(port: int, count: int, key: str = "") -> dict[str, Any]:
    """So many rows by the bare view, or with a key by the one behind our door."""
    body = {"bodies": ["{}"], "requests": count, "connections": 1, "expect": '"decision":'}
    return {**body, "port": port, "path": "/insert", "headers": {"Authorization": f"Bearer {key}"} if key else {}}


WISH = Wish(rights=["access"], email="somebody@bench.example")


def new_filing(*, sealed: str = "") -> Filing:
    now = clock.now()
    return Filing(channel=Channel.API, system=uuid.uuid4(), idem_hash=uuid.uuid4().hex, sealed=sealed, at=now)


def keep(count: int) -> float:
    """Microseconds to keep a filing, each in its transaction."""
    started = time.perf_counter()
    for _ in range(count):
        keep_filing(new_filing(), wish=WISH, actor=OPERATOR)
    return (time.perf_counter() - started) / count * 1e6


def insert_alone(count: int) -> float:
    """Microseconds to insert its row alone, each in its transaction."""
    started, sealed = time.perf_counter(), json.dumps(dataclasses.asdict(WISH))
    for _ in range(count):
        with transaction.atomic():
            insert(new_filing(sealed=sealed))
    return (time.perf_counter() - started) / count * 1e6


def main() -> None:
    size = sizes()
    setting_up.policy()
    kept, alone = compared(size.rounds, partial(keep, size.events), partial(insert_alone, size.events))
    n = size.rounds * size.events
    tell(Figure("a filing kept with its event and order, time", "µs", kept, "its row alone, one INSERT", alone, n))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_insert (id VARCHAR(32) PRIMARY KEY, decision VARCHAR(5) NOT NULL)")
    for server in size.with_servers:
        key = make_api_key(label=f"bench {server}", scopes="requests", actor=OPERATOR, now=clock.now())
        with (
            serving(server, "privacy.wsgi:application") as ours,
            serving(server, "benchmarks.bare:application") as bare,
            serving(server, "benchmarks.behind:application") as behind,
        ):
            references = {HAND: (bare, ""), BEHIND: (behind, key)}
            for (name, measure), (against, (other, its_key)) in product(MEASURES.items(), references.items()):
                figures = compared(
                    size.rounds,
                    partial(_measured, measure, ours, partial(filings, key, ours[1], size.writes)),
                    partial(_measured, measure, other, partial(inserts, other[1], size.requests, its_key)),
                )
                n = size.rounds * size.writes
                tell(Figure(f"intake of a request, {server}, {name}", "µs", figures[0], against, figures[1], n))


def _measured(measure: Any, server: tuple[int, int], job: Any) -> float:
    return float(measure(server[0], job()) if measure else time_per_request(job()))


if __name__ == "__main__":
    main()

"""A company's own service: the example that we ship, run as a program of its own, and services that lie."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from privacy.connectors.conformance import check_handler
from privacy.connectors.kinds import Connection
from privacy.connectors.own import example
from privacy.connectors.own.service import Service
from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.kernel import clock
from privacy.personal_data.contract import (
    Action,
    Chunk,
    HandlerPlan,
    HandlerUnavailable,
    Identity,
    Person,
    TablePlan,
    Treatment,
)
from privacy.testing.installation import free_port

pytestmark = pytest.mark.django_db  # the pace of a service stands in the database

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PROGRAM = Path(example.__file__)


def named(name: str) -> Person:
    return Person((), (Identity("email", f"{name}.demo@example.com"),))


def connection(url: str, secret: str = SECRET) -> Connection:
    return Connection(
        "own", "Our service", {"url": url, "inside": "yes", "calls_a_second": "1000"}, {"signing_secret": secret}
    )


class ExampleWorld:
    """The shipped example, started anew, as a world of the conformance checks."""

    person, other, stranger = named("dana"), named("erik"), named("nobody")
    secrets: tuple[str, ...] = (SECRET,)

    def __init__(self) -> None:
        self.port = free_port()
        self.program: subprocess.Popen[bytes] | None = None
        self.handler = Service().handler(connection(f"http://127.0.0.1:{self.port}/"))

    def start(self) -> None:
        self.program = subprocess.Popen(
            [sys.executable, str(PROGRAM), SECRET, str(self.port)], stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            with contextlib.suppress(HandlerUnavailable):
                self.handler.find(self.stranger)
                return
            time.sleep(0.05)
        raise AssertionError("the example did not start")

    def stop(self) -> None:
        if self.program:
            self.program.kill()
            self.program.wait()

    def state(self) -> Any:
        return [list(self.handler.export(each)) for each in (self.person, self.other)]

    def state_of_others(self) -> Any:
        return list(self.handler.export(self.other))

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExampleWorld]:
    monkeypatch.setattr("privacy.connectors.web.calling.TRIES", 1)
    made = ExampleWorld()
    made.start()
    yield made
    made.stop()


def test_the_example_conforms_and_refuses_what_we_did_not_sign(world: ExampleWorld) -> None:
    assert all(check.is_good for check in Service().self_test(connection(f"http://127.0.0.1:{world.port}/")))
    check_handler(world)
    assert len(PROGRAM.read_text(encoding="utf-8").splitlines()) <= 60


def test_a_service_that_answers_anybody_fails_its_test() -> None:
    with serving(lambda _: (200, {}, b'{"tables": []}')) as base:
        bad = [check for check in Service().self_test(connection(base)) if not check.is_good]
    assert len(bad) == 1 and "verify the signature" in bad[0].says
    with pytest.raises(HandlerUnavailable, match="whsec_") as silence:
        Service().handler(connection("http://127.0.0.1:1", secret="no secret of that kind"))
    assert "no secret" not in str(silence.value)


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        ("find", {"tables": "none"}),
        ("find", {"tables": [{"table": "people", "rows": -1}]}),
        ("find", {"tables": [{"table": "DROP TABLE people;", "rows": 1}]}),
        ("export", {"rows": [{"table": "people", "category": "c", "row": []}]}),
        ("plan", {"tables": [{"table": "people", "treatment": "burn", "keys": ["1"]}]}),
        ("plan", {"tables": [{"table": "people", "treatment": "retain", "keys": ["1"]}]}),
        ("plan", {"tables": [{"table": "people", "treatment": "delete", "keys": [1]}]}),
        ("plan", {"tables": [], "residuals": [{"table": "people", "what": "x"}]}),
        ("apply", {"removed": 1}),
        ("apply", {"removed": 3, "already_done": -1}),
        ("apply", {}),
        ("verify", {}),
        ("find", ["not", "an", "object"]),
    ],
)
def test_an_answer_of_another_shape_is_no_answer(ask: str, body: Any) -> None:
    def reply(_: Call) -> Reply:
        return 200, {}, json.dumps(body).encode()

    table = TablePlan("people", Treatment.DELETE, ("1", "2"))
    with serving(reply) as base:
        handler = Service().handler(connection(base))
        plan = HandlerPlan("own", Action.ERASE, (table,))
        asks: dict[str, Callable[[], Any]] = {
            "find": lambda: handler.find(named("dana")),
            "export": lambda: list(handler.export(named("dana"))),
            "plan": lambda: handler.plan(named("dana"), Action.ERASE, now=clock.now()),
            "apply": lambda: handler.apply_chunk(Chunk(table, table.keys, "k", 1)),
            "verify": lambda: handler.verify(named("dana"), plan),
        }
        with pytest.raises(HandlerUnavailable):
            asks[ask]()


def test_every_attempt_carries_the_same_key_and_a_higher_fence() -> None:
    seen: list[dict[str, Any]] = []

    def reply(call: Call) -> Reply:
        seen.append(json.loads(call.body))
        return 200, {}, b'{"removed": 1}'

    table = TablePlan("people", Treatment.DELETE, ("1",))
    with serving(reply) as base:
        handler = Service().handler(connection(base))
        for fence in (1, 2):
            handler.apply_chunk(Chunk(table, table.keys, "step:0:0", fence))
    assert [(each["idem_key"], each["fence"]) for each in seen] == [("step:0:0", 1), ("step:0:0", 2)]


def test_the_example_stays_one_that_is_read_in_a_minute() -> None:
    assert len(PROGRAM.read_text().splitlines()) <= 60

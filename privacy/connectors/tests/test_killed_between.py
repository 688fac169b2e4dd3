"""kill -9 between an effect at a service and our record of it: the next attempt sees what is done, and does it once."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privacy.connectors.kinds import Connection, kind_of
from privacy.connectors.payments.tests.fakes import DANA, KEY, FakeInstamojo, FakePayPal, FakeStripe
from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.connectors.vtiger.tests.fake import people
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, ChunkResult, Handler, Identity, Person

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
PERSON = Person((), (Identity("email", DANA), Identity("external", "pay:cus_dana")))
WORK = """
import django, json, os
django.setup()
from privacy.connectors.kinds import Connection, kind_of
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, Identity, Person
kind, options, secrets, person = json.loads(os.environ["KEPT_TEST_WORK"])
handler = kind_of(kind).handler(Connection("pay", "Pay", options, secrets))
who = Person((), tuple(Identity(*each) for each in person))
plan = handler.plan(who, Action.ERASE, now=clock.now())
for number, table in enumerate(plan.tables):
    handler.apply_chunk(Chunk(table, table.keys, f"k{number}", 1))
print("not killed")
"""


class Deadly:
    """A service that does what it is told; whoever told it to is killed before the answer."""

    def __init__(self, service: Callable[[Call], Reply], is_effect: Callable[[Call], bool]) -> None:
        self.service, self.is_effect, self.victim = service, is_effect, 0
        self.effects = 0
        self.is_known = threading.Event()

    def __call__(self, call: Call) -> Reply:
        reply = self.service(call)
        if self.is_effect(call) and reply[0] < 300:
            self.effects += 1
            if self.is_known.wait(60) and self.victim:
                os.kill(self.victim, signal.SIGKILL)
                self.victim = 0
        return reply


def stripe() -> tuple[Any, Callable[[Call], bool]]:
    fake = FakeStripe()
    fake.fill()
    return fake, lambda call: call.method == "DELETE"


def paypal() -> tuple[Any, Callable[[Call], bool]]:
    fake = FakePayPal()
    fake.tokens["tok"] = {"id": "tok", "customer": {"id": "cus_dana"}}
    return fake, lambda call: call.method == "DELETE"


def instamojo() -> tuple[Any, Callable[[Call], bool]]:
    fake = FakeInstamojo()
    fake.requests["r1"] = {"id": "r1", "email": DANA, "status": "Pending", "amount": "9.00"}
    return fake, lambda call: "disable" in call.path


def vtiger() -> tuple[Any, Callable[[Call], bool]]:
    crm = Crm(key=KEY)
    people.fill(crm.store)
    return crm, lambda call: b"operation=delete" in call.body


TOLD: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "instamojo": ({"client_id": "app"}, {"secret": KEY}),
    "paypal": ({"client_id": "app"}, {"secret": KEY}),
    "stripe": ({}, {"secret_key": KEY}),
    "vtiger": ({"user": "kept"}, {"access_key": KEY}),
}
WORLDS = {"instamojo": instamojo, "paypal": paypal, "stripe": stripe, "vtiger": vtiger}


def count(results: list[ChunkResult]) -> int:
    return sum(each.already_done + each.retained for each in results)


def work(handler: Handler) -> list[ChunkResult]:
    plan = handler.plan(PERSON, Action.ERASE, now=clock.now())
    return [handler.apply_chunk(Chunk(table, table.keys, f"k{number}", 2)) for number, table in enumerate(plan.tables)]


@pytest.mark.parametrize("kind", sorted(WORLDS))
def test_killed_between_the_effect_and_our_record(kind: str, tmp_path: Path) -> None:
    fake, is_effect = WORLDS[kind]()
    deadly = Deadly(fake, is_effect)
    options, secrets = TOLD[kind]
    with serving(deadly) as base:
        quick = {"url": base, "inside": "yes", "calls_a_second": "1000"}
        there = Connection("pay", "Pay", {**quick, **options}, secrets)
        handler = kind_of(kind).handler(there)
        frozen = handler.plan(PERSON, Action.ERASE, now=clock.now())
        told = json.dumps([kind, dict(there.options), dict(secrets), [[i.kind, i.value] for i in PERSON.identities]])
        env = {**os.environ, "KEPT_TEST_WORK": told, "KEPT_HOME": str(tmp_path)}
        env |= {"DJANGO_SETTINGS_MODULE": "privacy.settings"}
        worker = subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=env, stdout=subprocess.PIPE)
        deadly.victim = worker.pid
        deadly.is_known.set()
        out, _ = worker.communicate(timeout=120)
        assert worker.returncode == -signal.SIGKILL and b"not killed" not in out and deadly.effects == 1
        again = [
            handler.apply_chunk(Chunk(table, table.keys, f"k{number}", 2)) for number, table in enumerate(frozen.tables)
        ]
        assert count(again) >= 1  # what the killed one did is seen
        whole = deadly.effects
        assert count(work(handler)) >= 0 and deadly.effects == whole  # and nothing is done twice
        assert handler.verify(PERSON, frozen) == []

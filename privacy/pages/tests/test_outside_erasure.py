"""A whole case over a real outside database: approved, run, proved, closed with its receipt."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.selectors import person_of
from dsr.models import Contact, Step, SubjectRequest
from dsr.services import approving, planning
from dsr.states import Answer, State
from dsr.tests.conftest import house, make_case  # noqa: F401  (fixtures)
from privacy.connectors.sample import build_sample_shop
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.personal_data.contract import Action, HandlerPlan, handlers
from privacy.retention.holding import held_by_law
from privacy.retention.services import place_hold

pytestmark = pytest.mark.django_db
GUARDS = guards._guards


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The sample shop, connected, in which alice is a customer: its SQLite file."""
    path = tmp_path / "outside" / "shop.sqlite"
    call_command("connect", str(build_sample_shop(path)))
    ask(path, "UPDATE customers SET email = 'alice@example.com', full_name = 'Alice' WHERE id = 1")
    return path


def ask(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def approve(case: SubjectRequest, lena: User, nora: User) -> dict[str, Any]:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    summary: dict[str, Any] = next(each for each in json.loads(plan.summary) if each["handler"] == "shop")
    return summary


def test_a_case_erases_the_shop_and_closes(
    make_case: Callable[..., SubjectRequest],  # noqa: F811
    shop: Path,
    lena: User,
    nora: User,
) -> None:
    case = make_case()
    summary = approve(case, lena, nora)
    run_until_empty()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.CLOSED
    assert step.answer == Answer.DONE and step.verified_at
    assert step.removed + step.anonymized + step.retained == sum(each["rows"] for each in summary["tables"])
    assert ask(shop, "SELECT count(*) FROM customers WHERE email = 'alice@example.com'") == [(0,)]
    assert Contact.objects.get(subject_request=case).email == "alice@example.com"


def test_a_hold_placed_after_the_approval_keeps_the_shop_as_it_is(
    make_case: Callable[..., SubjectRequest],  # noqa: F811
    shop: Path,
    lena: User,
    nora: User,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guards, "_guards", {"legal_holds": held_by_law})
    case = make_case()
    approve(case, lena, nora)
    before = shop.read_bytes()
    place_hold(
        reason="Matter 12",
        ground="legal_claims",
        subject_ids=[alice.subject_id],
        actor=Actor.staff(lena.pk),
        now=clock.now(),
    )
    run_until_empty()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.CLOSED and shop.read_bytes() == before
    assert step.answer == Answer.RETAINED and step.retained and not step.removed + step.anonymized
    assert "legal claims" in step.reason


def test_a_shop_that_is_down_keeps_the_case_open(
    make_case: Callable[..., SubjectRequest],  # noqa: F811
    shop: Path,
    lena: User,
    nora: User,
) -> None:
    case = make_case()
    approve(case, lena, nora)
    shop.rename(shop.with_suffix(".away"))
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED
    assert not Step.objects.get(handler="shop").answer


def test_an_order_that_came_after_the_approval_stops_the_closing(
    make_case: Callable[..., SubjectRequest],  # noqa: F811
    shop: Path,
    lena: User,
    nora: User,
) -> None:
    case = make_case()
    approve(case, lena, nora)
    ask(shop, "INSERT INTO orders VALUES (900, 1, '2026-01-02', 'Alice', 'New Street 9', 'Berlin', 10)")
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED
    assert ask(shop, "SELECT count(*) FROM customers WHERE email = 'alice@example.com'") == [(1,)]


def test_the_preview_asks_of_holds_once_however_many_tables_a_system_has(
    shop: Path, alice: User, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "_guards", GUARDS)
    person, handler = person_of(alice.subject_id), handlers.get("shop")

    def plan() -> HandlerPlan:
        with CaptureQueriesContext(connection) as asked:
            found = handler.plan(person, Action.ERASE, now=clock.now())
        assert len(asked) == 1
        return found

    handler.plan(person, Action.ERASE, now=clock.now())  # the schema of the shop is read once
    assert len({table.table for table in plan().tables}) > 2
    hold = partial(place_hold, reason="A lawsuit", ground="legal_claims", actor=Actor.staff(lena.pk), now=clock.now())
    hold(subject_ids=[alice.subject_id], tables=["shop.orders"])
    assert {table.table for table in plan().tables if table.is_held} == {"orders"}
    hold(subject_ids=[alice.subject_id])
    assert all(table.is_held for table in plan().tables)

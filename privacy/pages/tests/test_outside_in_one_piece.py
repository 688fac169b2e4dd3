"""An outside database is erased in one transaction where it can be, else chunk by chunk from where it stopped."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from dsr.models import Step, SubjectRequest
from dsr.services import running
from dsr.states import State
from dsr.tests.conftest import house, make_case  # noqa: F401  (fixtures)
from privacy.connectors import sql_handler
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.pages.tests.test_outside_erasure import approve, ask, shop  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
NO_CHANGE = "CREATE TRIGGER stuck BEFORE UPDATE ON customers BEGIN SELECT RAISE(ABORT, 'alice@example.com'); END"


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    run_until_empty()


def notes(shop: Path) -> int:  # noqa: F811
    found: int = ask(shop, "SELECT count(*) FROM support_notes WHERE customer_id = 1")[0][0]
    return found


def test_what_fails_in_the_middle_leaves_nothing_half_done(
    make_case: MakeCase,  # noqa: F811
    shop: Path,  # noqa: F811
    lena: User,
    nora: User,
) -> None:
    case = make_case()
    approve(case, lena, nora)
    ask(shop, NO_CHANGE)
    run_until_empty()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.BLOCKED and (step.table_index, step.key_index, step.removed) == (0, 0, 0)
    assert notes(shop) == 1 and "alice" not in step.last_error_code
    ask(shop, "DROP TRIGGER stuck")
    again()
    case.refresh_from_db()
    step.refresh_from_db()
    assert case.state == State.CLOSED and notes(shop) == 0
    assert step.removed == 1 and step.already_done == 0


def test_more_than_one_transaction_holds_goes_on_from_the_chunk_where_it_stopped(
    make_case: MakeCase,  # noqa: F811
    shop: Path,  # noqa: F811
    lena: User,
    nora: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sql_handler, "TOGETHER", 3)
    monkeypatch.setattr(running, "CHUNK_ROWS", 2)
    ask(shop, "INSERT INTO support_notes (customer_id, written_on, text) SELECT 1, '2026-01-01', id FROM customers")
    case = make_case()
    approve(case, lena, nora)
    ask(shop, NO_CHANGE)
    run_until_empty()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.BLOCKED and step.removed == 9 and step.table_index >= 1 and notes(shop) == 0
    assert ask(shop, "SELECT email FROM customers WHERE id = 1") == [("alice@example.com",)]  # owners come last
    ask(shop, "DROP TRIGGER stuck")
    again()
    case.refresh_from_db()
    step.refresh_from_db()
    assert case.state == State.CLOSED and step.removed == 9 and step.already_done == 0

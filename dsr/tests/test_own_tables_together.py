"""What an erasure does in tables of ours: small chunks of several tables in one transaction, and all of it or none."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Identifier, User
from accounts.services import add_identifier
from dsr.models import HistoryRow, ReceiptRow, Run, Step, SubjectRequest
from dsr.services import approving, planning, running
from dsr.states import Answer, State, StepState
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.personal_data.models import Subject

MakeCase = Callable[..., SubjectRequest]
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
GONE = 'DELETE FROM "accounts_identifier"'
BLANKED = 'UPDATE "accounts_user"'


def approved(case: SubjectRequest, lena: User, nora: User) -> Run:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    return approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_until_empty()


@pytest.mark.django_db(transaction=True)
def test_tables_with_few_rows_go_together_or_not_at_all(
    make_case: MakeCase, alice: User, lena: User, nora: User
) -> None:
    """The database refuses the last of them: what went before it is there again, and no step has counted it."""
    case = make_case()
    approved(case, lena, nora)
    happened: list[str] = []

    def refuse(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        happened.extend(word for word in (GONE, BLANKED) if sql.startswith(word))
        if sql.startswith(BLANKED):
            raise RuntimeError("The disk is full.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        run_one()
    assert happened == [GONE, BLANKED]
    assert Identifier.objects.filter(subject=alice.subject).exists()
    assert {step.state for step in Step.objects.all()} == {StepState.PENDING}
    assert not any(step.removed or step.anonymized or step.table_index for step in Step.objects.all())
    again()
    case.refresh_from_db()
    alice.refresh_from_db()
    assert case.state == State.CLOSED and alice.name == "" and not Identifier.objects.filter(subject=alice.subject)
    steps = {step.handler: step for step in Step.objects.all()}
    assert (steps["accounts.Identifier"].removed, steps["accounts.User"].anonymized) == (1, 1)
    assert ReceiptRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("rows", "transactions"), [(500, 1), (4, 2), (2, 3), (1, 5)])
def test_no_transaction_takes_more_rows_than_a_chunk(
    make_case: MakeCase,
    alice: User,
    lena: User,
    nora: User,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    transactions: int,
) -> None:
    """Four addresses and the account."""
    monkeypatch.setattr(running, "CHUNK_ROWS", rows)
    subject = Subject.objects.get(pk=alice.subject_id)
    for number in range(3):
        more = f"alice{number}@example.com"
        add_identifier(subject=subject, kind="email", value=more, source="account", actor=SYSTEM, now=clock.now())
    case = make_case()
    approved(case, lena, nora)
    with CaptureQueriesContext(connection) as seen:
        run_one()
    sent = [each["sql"] for each in seen]
    held = [place for place, sql in enumerate(sent) if "FROM jobs_job WHERE id" in sql]
    acts = [place for place, sql in enumerate(sent) if sql.startswith((GONE, BLANKED))]
    first, last = acts[0], acts[-1]
    assert 1 + sum(first < place < last for place in held) == transactions
    case.refresh_from_db()
    assert case.state == State.CLOSED and Step.objects.get(handler="accounts.Identifier").removed == 4


@pytest.mark.django_db(transaction=True)
def test_tables_that_hold_nothing_are_one_line_of_history_and_a_step_each(
    make_case: MakeCase, lena: User, nora: User
) -> None:
    case = make_case()
    approved(case, lena, nora)
    run_until_empty()
    steps = list(Step.objects.all())
    empty = [step for step in steps if step.answer == Answer.NOTHING_HELD and step.system == "kept"]
    told = HistoryRow.objects.filter(subject_request_id=case.pk, kind="system_answered").values_list(
        "detail", flat=True
    )
    named = [f"{step.handler}:{step.answer}" for step in steps if step not in empty]
    assert len(empty) > 20 and named and sorted(told) == sorted([*named, f"kept*{len(empty)}:nothing_held"])
    receipt = json.loads(ReceiptRow.objects.get().body)
    assert {step.handler for step in steps} == {line["handler"] for line in receipt["steps"]}

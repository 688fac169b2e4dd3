"""From preview to receipt: approved once by a second person, run whole, closed only when all answered."""

import datetime as dt
import json
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import Identifier, User
from dsr.models import ErasurePlan, HistoryRow, Letter, ReceiptRow, Run, Step, SubjectRequest
from dsr.services import approving, planning, running, supplementing
from dsr.states import Answer, State, StepState
from dsr.tests.conftest import Shop
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import CapturedMail, Job, JobState
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.personal_data import guards
from privacy.personal_data.guards import Held
from privacy.retention.journal import read_journal

pytestmark = pytest.mark.django_db

MakeCase = Callable[..., SubjectRequest]
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def prepare(case: SubjectRequest, lena: User) -> ErasurePlan:
    return planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())


def approve(plan: ErasurePlan, user: User) -> Run:
    return approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(user.pk), now=clock.now())


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_until_empty()


@pytest.mark.promise(76)
def test_the_whole_way(make_case: MakeCase, shop: Shop, lena: User, nora: User, bob: User, alice: User) -> None:
    case = make_case()
    plan = prepare(case, lena)
    planned = {h["handler"]: sum(t["rows"] for t in h["tables"]) for h in json.loads(plan.summary)}
    assert planned["shop"] == 2 and planned["accounts.Identifier"] == 1
    approve(plan, nora)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert shop.rows == {"3": "bob@example.com"}
    assert list(Identifier.objects.values_list("subject_id", flat=True)) and not Identifier.objects.filter(
        subject=alice.subject
    )
    alice.refresh_from_db()
    assert not alice.is_active and alice.name == ""
    assert User.objects.get(pk=bob.pk).email == "bob@example.com"
    steps = {step.handler: step for step in Step.objects.all()}
    assert all(step.answer and step.verified_at for step in steps.values())
    assert (steps["shop"].answer, steps["shop"].removed) == (Answer.DONE, 2)
    for name, rows in planned.items():  # the preview's counts are the receipt's counts
        step = steps[name]
        assert rows == step.removed + step.anonymized + step.retained + step.already_done, name
    receipt = ReceiptRow.objects.get()
    assert receipt.plan_digest == plan.digest and len(json.loads(receipt.body)["steps"]) == len(steps)
    letter = Letter.objects.get()
    assert "Shop: 2 records erased" in letter.text and str(receipt.pk) in letter.text
    assert CapturedMail.objects.get().text == letter.text
    assert case.contact.email == "alice@example.com"  # the case can still be answered
    assert [entry.scope for entry in read_journal()] == [str(case.pk)]
    assert verify_ledger(now=LONG_AGO).faults == []
    assert HistoryRow.objects.filter(kind="closed").count() == 1


def test_the_one_who_prepared_or_filed_cannot_approve_nor_can_mallory(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, mallory: User
) -> None:
    plan = prepare(make_case(filed_by=nora.pk), lena)
    for user in (lena, nora, mallory):
        with pytest.raises(NotAllowed):
            approve(plan, user)
    assert Run.objects.count() == 0 and len(shop.rows) == 3


def test_only_what_was_seen_can_be_approved(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    plan = prepare(make_case(), lena)
    with pytest.raises(StaleState):
        approving.approve_plan(plan=plan, digest="0" * 64, actor=Actor.staff(nora.pk), now=clock.now())
    planning.discard_plan(plan=plan, actor=Actor.staff(nora.pk), now=clock.now())
    with pytest.raises(StaleState):
        approve(plan, nora)
    assert SubjectRequest.objects.get().state == State.RECEIVED


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_execute_once(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    plan = prepare(make_case(), lena)
    start, failures = threading.Barrier(4), []

    def race() -> None:
        start.wait()
        try:
            approve(ErasurePlan.objects.get(pk=plan.pk), nora)
        except DomainError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 3 and Run.objects.count() == 1
    run_until_empty()
    assert len(shop.calls) == 1


@pytest.mark.promise(70)
def test_an_unidentified_request_erases_nothing(make_case: MakeCase, shop: Shop, lena: User) -> None:
    with pytest.raises(DomainError, match="Confirm who asks"):
        prepare(make_case(identity_level="V0"), lena)


def test_a_silent_system_keeps_the_case_open_and_visible_and_is_asked_again(
    make_case: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = make_case()
    approve(prepare(case, lena), nora)
    shop.is_down = True
    run_one()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert (case.state, step.state, step.answer) == (State.BLOCKED, StepState.UNAVAILABLE, "")
    assert Letter.objects.count() == 0
    shop.is_down = False
    again()
    case.refresh_from_db()
    assert case.state == State.CLOSED and Step.objects.get(handler="shop").removed == 2


def test_a_system_that_is_down_at_the_preview_refuses_the_plan(make_case: MakeCase, shop: Shop, lena: User) -> None:
    shop.is_down = True
    with pytest.raises(DomainError, match="did not answer"):
        prepare(make_case(), lena)


@pytest.mark.promise(76)
@pytest.mark.parametrize("seam", ["_record", "_finish", "close_run"])
def test_a_crash_at_any_seam_leaves_nothing_half_done(
    seam: str, make_case: MakeCase, shop: Shop, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    approve(prepare(case, lena), nora)
    whole = getattr(running, seam)
    crashes = iter([True, False, True])

    def crash(*args: object, **kwargs: object) -> object:
        if next(crashes, False):
            raise ConnectionResetError
        return whole(*args, **kwargs)

    monkeypatch.setattr(running, seam, crash)
    for _ in range(6):
        again()
    case.refresh_from_db()
    assert case.state == State.CLOSED
    step = Step.objects.get(handler="shop")
    assert step.removed + step.already_done == 2 and shop.rows == {"3": "bob@example.com"}
    assert Letter.objects.count() == ReceiptRow.objects.count() == CapturedMail.objects.count() == 1


def test_rows_that_appear_meanwhile_stop_the_closing_until_they_are_approved(
    make_case: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = make_case()
    approve(prepare(case, lena), nora)
    shop.rows["9"] = "alice@example.com"
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED and Step.objects.get(handler="shop").state == StepState.BEYOND_PLAN
    extra = supplementing.prepare_supplement(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert extra.is_supplementary and [h["handler"] for h in json.loads(extra.summary)] == ["shop"]
    with pytest.raises(DomainError, match="beyond the first plan"):
        planning.discard_plan(plan=extra, actor=Actor.staff(nora.pk), now=clock.now())
    approve(extra, nora)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED and shop.rows == {"3": "bob@example.com"}
    assert ReceiptRow.objects.count() == 1


@pytest.mark.promise(71)
def test_a_hold_keeps_rows_and_the_letter_says_so(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Held("Needed for a lawsuit.", "legal_claims", dt.date(2027, 5, 1))
    held = {str(alice.pk): hold}
    monkeypatch.setattr(
        guards, "_guards", {"hold": lambda person, table, keys: {k: held[k] for k in keys if k in held}}
    )
    approve(prepare(make_case(), lena), nora)
    run_until_empty()
    alice.refresh_from_db()
    assert alice.is_active and alice.email == "alice@example.com"
    assert "legal claims" in Letter.objects.get().text and "1 May 2027" in Letter.objects.get().text

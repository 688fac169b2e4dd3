"""A hold that comes with the approval or the run, and whatever is tried on a request while its run goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsr.decisions.tests.test_decision_races import at_once
from dsr.identity.services.correcting import correct_address
from dsr.models import ErasurePlan, HistoryRow, Letter, ReceiptRow, RequestItem, Run, Step, SubjectRequest
from dsr.outcomes import Decision
from dsr.referring.services import refer, set_role
from dsr.services import answering, approving, deciding, planning
from dsr.services.ending import withdraw_subject_request
from dsr.services.links import make_link
from dsr.services.reopening import REASONS, reopen
from dsr.services.setting_aside import set_aside
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.test_erasure_run import again, approve, prepare
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data import guards
from privacy.retention.holding import held_by_law
from privacy.retention.models import LegalHold
from privacy.retention.services import place_hold

pytestmark = pytest.mark.django_db(transaction=True)
MakeCase = Callable[..., SubjectRequest]
ALL, OTHERS = {"1", "2", "3"}, {"3"}
ANY_REASON = min(REASONS)


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch, house: None, alice: User, lena: User) -> Callable[[], None]:
    """Place a hold on alice; the guard of holds is the real one."""
    monkeypatch.setattr(guards, "_guards", {"legal_holds": held_by_law})

    def place() -> None:
        place_hold(
            reason="Matter 12",
            ground="legal_claims",
            subject_ids=[alice.subject_id],
            actor=Actor.staff(lena.pk, via="console"),
            now=clock.now(),
        )

    return place


def test_an_approval_and_a_hold(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, holding: Callable[[], None]
) -> None:
    """Whoever comes first, the run asks again: the rows stay, and the answer says so in time."""
    case = make_case()
    plan = prepare(case, lena)
    raised = at_once(lambda: approve(ErasurePlan.objects.get(pk=plan.pk), nora), holding)
    assert raised[1] is None and LegalHold.objects.count() == 1
    run_until_empty()
    case.refresh_from_db()
    assert shop.rows.keys() == ALL and shop.calls == []
    if raised[0] is None:
        assert case.state == State.CLOSED and RequestItem.objects.get().outcome == "partly"
        assert "legal claims" in Letter.objects.get(kind="answer").text
    else:
        assert isinstance(raised[0], DomainError) and not Run.objects.exists()


def test_a_run_and_a_hold(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, alice: User, holding: Callable[[], None]
) -> None:
    """Each system keeps all of it or has erased all of it, and the receipt counts what happened."""
    case = make_case()
    approve(prepare(case, lena), nora)
    raised = at_once(run_until_empty, holding)
    assert raised == [None, None]
    again()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert case.state == State.CLOSED and shop.rows.keys() in (ALL, OTHERS)
    kept = len(shop.rows.keys() - OTHERS)
    assert (step.removed, step.retained) == (2 - kept, kept)
    assert ReceiptRow.objects.count() == Letter.objects.filter(kind="answer").count() == 1
    alice.refresh_from_db()
    assert alice.is_active == bool(User.objects.get(pk=alice.pk).name)  # no half of the account


def test_whatever_is_tried_while_the_run_goes_on_changes_nothing_of_it(
    make_case: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = make_case()
    plan = prepare(case, lena)
    approve(plan, nora)
    shop.is_down = True
    run_one()
    case.refresh_from_db()
    assert case.state == State.BLOCKED  # a part is erased already
    legal, now, item = Actor.staff(lena.pk), clock.now(), case.items.get()
    words = "We looked at every place where this could be."
    tries: dict[str, Callable[[], Any]] = {
        "withdraw": lambda: withdraw_subject_request(subject_request=case, actor=ANONYMOUS, now=now),
        "refuse": lambda: deciding.refuse_subject_request(
            subject_request=case, ground="unfounded", reasons=words, actor=legal, now=now
        ),
        "answer": lambda: answering.answer_item(
            item=item, decision=Decision("refused", words=words, ground="unfounded"), actor=legal, now=now
        ),
        "send": lambda: answering.send_answer(subject_request=case, actor=legal, now=now),
        "approve again": lambda: approving.approve_plan(
            plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=now
        ),
        "another address": lambda: correct_address(
            subject_request=case, email="mallory@example.com", actor=legal, now=now
        ),
        "role": lambda: set_role(subject_request=case, role="processor", actor=legal, now=now),
        "refer": lambda: refer(subject_request=case, named="Acme", customer=None, actor=legal, now=now),
        "reopen": lambda: reopen(subject_request=case, rights=["erasure"], reason=ANY_REASON, actor=legal, now=now),
    }
    for what, act in tries.items():
        with pytest.raises(DomainError):
            act()
            pytest.fail(f"{what} was possible")
    result = set_aside(cases=[case.pk], ending="spam", actor=legal, now=now)
    assert len(result.left) == 1
    token = make_link(subject_request=case, kind="status", now=now)
    Client().post(f"/requests/status/{token}/withdraw/")
    case.refresh_from_db()
    assert case.state == State.BLOCKED and case.contact.email == "alice@example.com"
    shop.is_down = False
    again()
    case.refresh_from_db()
    assert case.state == State.CLOSED and shop.rows.keys() == OTHERS
    assert Run.objects.count() == ErasurePlan.objects.count() == ReceiptRow.objects.count() == 1
    assert HistoryRow.objects.filter(kind="closed").count() == Letter.objects.filter(kind="answer").count() == 1


def test_a_run_and_a_withdrawal_end_in_one_of_both(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    case = make_case()
    approve(prepare(case, lena), nora)

    def withdraw() -> None:
        row = SubjectRequest.objects.get(pk=case.pk)
        withdraw_subject_request(subject_request=row, actor=ANONYMOUS, now=clock.now())

    raised = at_once(run_until_empty, withdraw)
    assert raised[0] is None and isinstance(raised[1], DomainError)
    again()
    case.refresh_from_db()
    assert case.state == State.CLOSED and shop.rows.keys() == OTHERS


def test_a_right_that_is_added_while_the_plan_waits_is_not_erased_unseen(
    asking: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    """The erasure runs as it was approved; the other right keeps the case open until it is answered, too."""
    case = asking(Right.ERASURE)
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    raised = at_once(
        lambda: approve(ErasurePlan.objects.get(pk=plan.pk), nora),
        lambda: RequestItem.objects.create(subject_request=case, right=Right.ACCESS),
    )
    run_until_empty()
    case.refresh_from_db()
    access = case.items.get(right=Right.ACCESS)
    assert raised[1] is None and access.outcome == "" and access.decided_at is None
    assert case.state != State.CLOSED

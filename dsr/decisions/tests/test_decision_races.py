"""Two at once: of an approval and whatever else, one wins, and nothing happens twice or halfway."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connections

from accounts.models import User
from dsr.decisions.models import Proposal
from dsr.models import HistoryRow, Letter, RequestItem, Run, SubjectRequest
from dsr.services import approving, deciding, planning
from dsr.services.ending import withdraw_subject_request
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, NotAllowed
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)
Asking = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."


def at_once(*acts: Callable[[], Any]) -> list[Exception | None]:
    """Run these in threads of their own, started together; what each raised."""
    gate = threading.Barrier(len(acts))
    raised: list[Exception | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            act()
        except Exception as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def proposed(case: SubjectRequest, lena: User) -> Proposal:
    found = deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    assert found
    return found


def approving_by(proposal: Proposal, user: User) -> Callable[[], None]:
    return lambda: approving.approve_decision(
        proposal=Proposal.objects.get(pk=proposal.pk),
        digest=proposal.digest,
        actor=Actor.staff(user.pk),
        now=clock.now(),
    )


def test_two_approvers_approve_once(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    third = make_user("tara@kept.example", "work_subject_request", "approve_erasure", is_staff=True)
    proposal = proposed(asking(Right.ERASURE), lena)
    raised = at_once(approving_by(proposal, nora), approving_by(proposal, third))
    assert [isinstance(error, DomainError) for error in raised].count(True) == 1 and raised.count(None) == 1
    assert Letter.objects.count() == HistoryRow.objects.filter(kind="refused").count() == 1


def test_two_proposals_at_once_are_one(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.ERASURE)
    raised = at_once(lambda: proposed(case, lena), lambda: proposed(case, nora))
    assert raised.count(None) == 1 and Proposal.objects.count() == 1


def test_an_approval_and_a_withdrawal_come_one_after_the_other(
    asking: Asking, shop: Shop, lena: User, nora: User
) -> None:
    case = asking(Right.ERASURE)
    proposal = proposed(case, lena)

    def withdraw() -> None:
        withdraw_subject_request(
            subject_request=SubjectRequest.objects.get(pk=case.pk), actor=ANONYMOUS, now=clock.now()
        )

    raised = at_once(approving_by(proposal, nora), withdraw)
    case.refresh_from_db()
    proposal.refresh_from_db()
    assert raised.count(None) == 1 and case.state in {State.REFUSED, State.WITHDRAWN}
    assert (case.state == State.REFUSED) == (proposal.state == "approved") == Letter.objects.exists()


def test_an_approval_and_a_right_added_never_refuse_what_nobody_read(
    asking: Asking, shop: Shop, lena: User, nora: User
) -> None:
    case = asking(Right.QUESTION, Right.ERASURE)
    RequestItem.objects.filter(right=Right.QUESTION).delete()
    proposal = proposed(case, lena)
    at_once(approving_by(proposal, nora), lambda: RequestItem.objects.create(subject_request=case, right=Right.ACCESS))
    access = case.items.get(right=Right.ACCESS)
    assert access.outcome == ""  # whoever came first, it was never refused unseen


def test_an_approval_and_a_role_taken_away(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    proposal = proposed(asking(Right.ERASURE), lena)
    permission = Permission.objects.get(codename="approve_erasure")
    raised = at_once(approving_by(proposal, nora), lambda: nora.user_permissions.remove(permission))
    proposal.refresh_from_db()
    assert raised[1] is None and (raised[0] is None) == (proposal.state == "approved")
    assert raised[0] is None or isinstance(raised[0], NotAllowed)
    late = proposed(asking(Right.ERASURE, reference="K-late"), lena)
    assert isinstance(at_once(approving_by(late, nora))[0], DomainError)


def test_an_approval_and_a_deactivation(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    proposal = proposed(asking(Right.ERASURE), lena)
    at_once(approving_by(proposal, nora), lambda: User.objects.filter(pk=nora.pk).update(is_active=False))
    late = proposed(asking(Right.ERASURE, reference="K-late"), lena)
    assert isinstance(at_once(approving_by(late, nora))[0], DomainError)


def test_an_erasure_and_a_withdrawal(make_case: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = make_case()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())

    def withdraw() -> None:
        withdraw_subject_request(
            subject_request=SubjectRequest.objects.get(pk=case.pk), actor=ANONYMOUS, now=clock.now()
        )

    raised = at_once(
        lambda: approving.approve_plan(
            plan=type(plan).objects.get(pk=plan.pk), digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now()
        ),
        withdraw,
    )
    run_until_empty()
    case.refresh_from_db()
    assert raised.count(None) == 1
    assert (case.state == State.WITHDRAWN) == (not Run.objects.exists())
    assert ("1" in shop.rows) == (case.state == State.WITHDRAWN)

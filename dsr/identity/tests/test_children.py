"""A report about a child: first in the queue, quarantined at once, deleted by two people, nothing asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsr.identity.services.children import quarantine_child
from dsr.models import Clock, RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering, approving, planning
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.doors import file, links, mails
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed
from privacy.personal_data.models import Restriction
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
PARENT = "parent@example.com"


def report() -> SubjectRequest:
    file(Client(), PARENT, Right.CHILD_REPORT, message="My daughter of nine has an account.")
    return SubjectRequest.objects.get(items__right=Right.CHILD_REPORT)


def state() -> ControlState:
    return next(each for each in controls() if each.code == "dsr.child_first").answer().state


@pytest.mark.promise(94)
def test_it_stands_first_and_asks_the_parent_for_nothing(make_case: MakeCase, lena: User) -> None:
    others = [make_case() for _ in range(2)]
    case = report()
    assert (case.state, case.priority, case.subject) == (State.RECEIVED, 9, None)
    (mail,) = mails()
    assert not links(mail, "confirm") and "document" not in mail.text
    page = signed_in(lena).get("/console/dsr/subjectrequest/").content.decode()
    order = [case.reference, *(each.reference for each in others)]
    assert min(order, key=page.index) == case.reference and state() is ControlState.GREEN


def test_switched_off_it_waits_in_line() -> None:
    with switched_off("dsr.child_first"):
        report()
    assert state() is ControlState.RED


@pytest.mark.promise(94)
def test_quarantined_at_once_and_deleted_by_two_people(shop: Shop, alice: User, lena: User, nora: User) -> None:
    case, client = report(), signed_in(lena)
    url = f"/console/dsr/subjectrequest/{case.pk}/who/"
    assert "Quarantine now" in client.get(url).content.decode()
    client.post(f"{url}act/", {"act": "child", "kind": "email", "value": "Alice@example.com"})
    assert Restriction.objects.get(lifted_at=None).subject_id == alice.subject_id
    case.refresh_from_db()
    assert case.subject_id == alice.subject_id and case.identity_level == "V0"
    erasure = case.items.get(right=Right.ERASURE)
    assert Clock.objects.filter(item=erasure).exists()
    staff, now = Actor.staff(lena.pk), clock.now()
    done = Decision("fulfilled", words="We delete what the child gave us.")
    answering.answer_item(item=case.items.get(right=Right.CHILD_REPORT), decision=done, actor=staff, now=now)
    person = planning.person_of_case(case)
    assert person.values("email") == ("alice@example.com",)  # never the parent's
    plan = planning.prepare_erasure(subject_request=case, actor=staff, now=now)
    with pytest.raises(NotAllowed):
        approving.approve_plan(plan=plan, digest=plan.digest, actor=staff, now=now)
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=now)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED and shop.rows == {"3": "bob@example.com"}
    assert mails()[-1].recipient == PARENT


def test_nobody_known_twice_and_somebody_else(make_case: MakeCase, alice: User, bob: User, lena: User) -> None:
    case, staff, now = report(), Actor.staff(lena.pk), clock.now()

    def quarantine(value: str, kind: str = "email") -> Any:
        return quarantine_child(subject_request=case, kind=kind, value=value, actor=staff, now=now)

    assert not quarantine("nobody@example.com") and not Restriction.objects.exists()
    with pytest.raises(InvalidInput) as no:
        quarantine("no address")
    assert no.value.field == "value"
    assert quarantine("alice@example.com") and quarantine("alice@example.com")
    assert Restriction.objects.count() == 1 and case.items.filter(right=Right.ERASURE).count() == 1
    with pytest.raises(DomainError, match="somebody else"):
        quarantine("bob@example.com")
    other = make_case()
    with pytest.raises(DomainError, match="open report"):
        quarantine_child(subject_request=other, kind="email", value="alice@example.com", actor=staff, now=now)
    assert RequestItem.objects.filter(subject_request=other).count() == 1

"""After the answer: reopened with its day, appealed where the law knows that, a consequence confirmed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consent.selectors import decide_for
from consent.terms import forget_terms
from dsr.decisions.models import Appeal, ConsequenceQuestion
from dsr.models import Contact, HistoryRow, Letter, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering, appealing, reopening
from dsr.services.clocks import clocks_in_force
from dsr.services.consequences import answer_consequence
from dsr.services.ending import withdraw_subject_request
from dsr.services.links import make_link
from dsr.services.moving import move
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.starting import start_clocks
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleState
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
Asking = Callable[..., SubjectRequest]
Approve = Callable[[SubjectRequest], None]
WORDS = "We looked at every place where this could be."
WHY = "You overlooked the letter of last year, I think."


def staff(user: User) -> Actor:
    return Actor.staff(user.pk)


def refused(case: SubjectRequest, lena: User, approve_all: Approve, right: str = Right.ERASURE) -> SubjectRequest:
    """The case, its one right refused by lena and nora, the letter sent."""
    if not clocks_in_force(case):
        start_clocks(subject_request=case, actor=SYSTEM, now=clock.now())
    decision = Decision("refused", WORDS, "unfounded")
    answering.answer_item(item=case.items.get(right=right), decision=decision, actor=staff(lena), now=clock.now())
    approve_all(case)
    answering.send_answer(subject_request=case, actor=staff(lena), now=clock.now())
    case.refresh_from_db()
    return case


# --- Reopened ----------------------------------------------------------------------------------------


def test_a_refused_case_is_open_again_with_its_day(
    asking: Asking, shop: Shop, lena: User, nora: User, approve_all: Approve
) -> None:
    case = refused(asking(Right.ERASURE), lena, approve_all)
    due_on, received_at = clocks_in_force(case)[0].due_on, case.received_at
    assert case.state == State.REFUSED and Contact.objects.get().erase_on
    with pytest.raises(InvalidInput) as wrong:
        reopening.reopen(subject_request=case, rights=[], reason="our_mistake", actor=staff(lena), now=clock.now())
    assert wrong.value.field == "rights"
    page = f"/console/dsr/subjectrequest/{case.pk}/reopen/"
    signed_in(lena).post(page, {"rights": ["erasure"], "reason": "our_mistake"})
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.received_at) == (State.RECEIVED, None, received_at)
    assert case.items.get().decided_at is None and Contact.objects.get().erase_on is None
    assert clocks_in_force(case)[0].due_on == due_on == case.due_on
    assert HistoryRow.objects.get(kind="opened_again").detail == "our_mistake"
    refused_again = refused(case, lena, approve_all)
    assert refused_again.state == State.REFUSED
    assert sorted(Letter.objects.values_list("kind", "number")) == [("answer", 1), ("answer", 2)]
    run_until_empty()
    assert CapturedMail.objects.count() == 2


def test_what_was_withdrawn_or_cannot_be_reached_stays_closed(
    asking: Asking, shop: Shop, lena: User, nora: User, approve_all: Approve
) -> None:
    gone = asking(Right.ERASURE)
    withdraw_subject_request(subject_request=gone, actor=ANONYMOUS, now=clock.now())
    with pytest.raises(DomainError):
        reopening.reopen(
            subject_request=gone, rights=["erasure"], reason="new_facts", actor=staff(lena), now=clock.now()
        )
    case = refused(asking(Right.ERASURE), lena, approve_all)
    Contact.objects.filter(subject_request=case).delete()
    with pytest.raises(DomainError, match="erased already"):
        reopening.reopen(
            subject_request=case, rights=["erasure"], reason="new_facts", actor=staff(lena), now=clock.now()
        )


def test_spam_and_duplicates_come_back(asking: Asking, lena: User) -> None:
    for state in (State.SPAM, State.DUPLICATE):
        case = asking(Right.ERASURE)
        move(subject_request=case, to=state, kind=state, actor=staff(lena), now=clock.now())
        assert case.closed_at
        reopening.reopen(subject_request=case, rights=[], reason="our_mistake", actor=staff(lena), now=clock.now())
        assert case.state == State.RECEIVED and case.closed_at is None


# --- Appealed ----------------------------------------------------------------------------------------


def test_an_appeal_is_decided_by_somebody_else_and_denied_by_letter(
    asking: Asking, shop: Shop, lena: User, nora: User, alice: User, approve_all: Approve
) -> None:
    case = refused(asking(Right.ERASURE, regime="US-VA"), lena, approve_all)
    client = signed_in(alice)
    page = client.get(f"/requests/{case.pk}/").content.decode()
    assert "Appeal against our answer" in page
    client.post(f"/requests/{case.pk}/", {"act": "appeal", "words": "no"})
    assert not Appeal.objects.exists()
    client.post(f"/requests/{case.pk}/", {"act": "appeal", "words": WHY})
    case.refresh_from_db()
    appeal = Appeal.objects.get()
    today = clock.local_date(clock.now(), "Asia/Kolkata")
    assert case.state == State.APPEALED and case.due_on == appeal.due_on == today + dt.timedelta(days=60)
    for user in (lena, nora):
        with pytest.raises(NotAllowed, match="no part"):
            appealing.decide_appeal(appeal=appeal, is_granted=False, answer=WORDS, actor=staff(user), now=clock.now())
    tara = make_user("tara@kept.example", "work_subject_request", is_staff=True)
    path = f"/console/dsr/subjectrequest/{case.pk}/appeal/"
    assert "somebody else decides" in signed_in(lena).get(path).content.decode()
    assert WHY in signed_in(tara).get(path).content.decode()
    signed_in(tara).post(path, {"outcome": "denied", "answer": WORDS})
    case.refresh_from_db()
    assert case.state == State.REFUSED and case.closed_at
    letter = Letter.objects.get(kind="appeal_answer")
    assert "Our answer stays" in letter.text and WORDS in letter.text
    with pytest.raises(StaleState):
        appealing.decide_appeal(appeal=appeal, is_granted=True, answer=WORDS, actor=staff(tara), now=clock.now())


def test_a_granted_appeal_opens_what_was_declined(
    asking: Asking, shop: Shop, lena: User, nora: User, approve_all: Approve
) -> None:
    case = refused(asking(Right.ERASURE, regime="US-CO"), lena, approve_all)
    actor = Actor.subject(case.subject_id, via="link")  # type: ignore[arg-type]  # the case has one
    appeal = appealing.file_appeal(subject_request=case, words=WHY, actor=actor, now=clock.now())
    with pytest.raises(StaleState):
        appealing.file_appeal(subject_request=case, words=WHY, actor=actor, now=clock.now())
    tara = make_user("tara@kept.example", "work_subject_request", is_staff=True)
    appealing.decide_appeal(appeal=appeal, is_granted=True, answer=WORDS, actor=staff(tara), now=clock.now())
    case.refresh_from_db()
    assert case.state == State.RECEIVED and case.items.get().decided_at is None
    assert "You are right" in Letter.objects.get(kind="appeal_answer").text


def test_the_gdpr_knows_no_appeal_to_us(
    asking: Asking, shop: Shop, lena: User, nora: User, alice: User, approve_all: Approve
) -> None:
    case = refused(asking(Right.ERASURE), lena, approve_all)
    assert "Appeal against" not in signed_in(alice).get(f"/requests/{case.pk}/").content.decode()
    with pytest.raises(DomainError, match="no appeal"):
        appealing.file_appeal(subject_request=case, words=WHY, actor=ANONYMOUS, now=clock.now())


# --- The consequence of an objection (S51) ---------------------------------------------------------


def object_to_logs(case: SubjectRequest, lena: User) -> object:
    decision = Decision("fulfilled", purposes=("security_logs", "usage_analytics"))
    return answering.answer_item(item=case.items.get(), decision=decision, actor=staff(lena), now=clock.now())


def allows(user: User, purpose: str) -> bool:
    return decide_for([user.subject_id], purpose, now=clock.now()).allowed


@pytest.mark.promise(51)
def test_s51_the_consequence_is_read_and_confirmed_by_the_person(
    asking: Asking, shop: Shop, lena: User, alice: User, bob: User, demo_policy: Any
) -> None:
    forget_terms()
    case = asking(Right.OBJECTION)
    question = object_to_logs(case, lena)
    assert isinstance(question, ConsequenceQuestion) and "have to close it" in question.text
    assert allows(alice, "security_logs") and case.items.get().decided_at is None
    assert "have to close it" in Letter.objects.get(kind="consequence").text
    with pytest.raises(NotAllowed):
        answer_consequence(question=question, is_confirmed=True, actor=staff(lena), now=clock.now())
    with pytest.raises(DomainError, match="is asked"):
        object_to_logs(case, lena)
    assert signed_in(bob).post(f"/requests/{case.pk}/", {"act": "consequence_yes"}).status_code == 404
    client = signed_in(alice)
    assert "I understand: end it" in client.get(f"/requests/{case.pk}/").content.decode()
    client.post(f"/requests/{case.pk}/", {"act": "consequence_yes"})
    assert not allows(alice, "security_logs") and not allows(alice, "usage_analytics")
    assert case.items.get().outcome == "fulfilled"
    client.post(f"/requests/{case.pk}/", {"act": "consequence_no"})
    assert ConsequenceQuestion.objects.get().is_confirmed
    assert board() is ControlState.GREEN


def board() -> ControlState:
    return next(each for each in controls() if each.code == "dsr.consequence_confirmed").answer().state


def test_s51_off(asking: Asking, shop: Shop, lena: User, alice: User, demo_policy: Any) -> None:
    forget_terms()
    case = asking(Right.OBJECTION)
    with switched_off("dsr.consequence_confirmed"):
        assert object_to_logs(case, lena) is None
    assert not allows(alice, "security_logs")


def test_left_as_it_is_nothing_ends_and_legal_answers(
    asking: Asking, shop: Shop, lena: User, alice: User, demo_policy: Any
) -> None:
    forget_terms()
    case = asking(Right.OBJECTION)
    object_to_logs(case, lena)
    token = make_link(subject_request=case, kind="status", now=clock.now())
    Client().post(f"/requests/status/{token}/", {"act": "consequence_no"})
    assert allows(alice, "security_logs") and case.items.get().decided_at is None
    decision = Decision("fulfilled", purposes=("newsletter",))
    answering.answer_item(item=case.items.get(), decision=decision, actor=staff(lena), now=clock.now())
    assert case.items.get().outcome == "fulfilled" and allows(alice, "security_logs")

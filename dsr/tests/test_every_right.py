"""Every right is answered truly: what an answer says has happened has happened."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client

from accounts.models import User
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.terms import forget_terms
from consent.tests.conftest import choose
from dsr.models import HistoryRow, Letter, SubjectRequest
from dsr.outcomes import Decision
from dsr.rules import CONFIRMATIONS_PER_HOUR
from dsr.services import answering
from dsr.states import Right, State
from dsr.tests.conftest import Shop, approve_open
from dsr.tests.doors import file, links, mails
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import InvalidInput
from privacy.policy.board import ControlState, controls, switched_off
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy
from privacy.policy.tests.files import DEMO
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
Asking = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."


@pytest.fixture(autouse=True)
def terms(demo_policy: Any) -> None:
    forget_terms()


def answer(case: SubjectRequest, right: str, user: User, outcome: str = "fulfilled", **more: Any) -> None:
    item = case.items.get(right=right)
    answering.answer_item(item=item, decision=Decision(outcome, **more), actor=Actor.staff(user.pk), now=clock.now())
    approve_open(case)


def allowed(user: User, purpose: str) -> bool:
    return decide_for([user.subject_id], purpose, now=clock.now()).allowed


def file_own(user: User, *rights: str) -> SubjectRequest:
    signed_in(user).post("/requests/new/", {"rights": rights})
    return SubjectRequest.objects.latest("filed_at")


# --- Done at once, by Kept alone -------------------------------------------------------------------


@pytest.mark.promise(78)
def test_s78_an_objection_to_advertising_is_done_at_once_with_a_letter(alice: User) -> None:
    for purpose in ("newsletter", "product_news", "third_party_sharing"):
        choose(alice, purpose, allow=True)
    case = file_own(alice, "marketing_objection")
    assert case.state == State.CLOSED and case.items.get().outcome == "fulfilled"
    for purpose in ("newsletter", "product_news", "events", "partner_offers", "third_party_sharing"):
        assert not allowed(alice, purpose)
    assert allowed(alice, "usage_analytics")  # no advertising
    letter = Letter.objects.get()
    assert letter.kind == "answer" and "Newsletter" in letter.text
    rows = {row.kind: row.actor_kind for row in HistoryRow.objects.filter(subject_request_id=case.pk)}
    assert rows["finished_alone"] == rows["closed"] == rows["item_answered"] == "system"
    assert set(ConsentEvent.objects.filter(status__in=["withdrawn", "refused"]).values_list("door", flat=True)) == {
        "signed_in"
    }
    assert board("dsr.opt_outs_at_once") is ControlState.GREEN


def board(code: str) -> ControlState:
    return next(control for control in controls() if control.code == code).answer().state


def test_s78_off(alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    with switched_off("dsr.opt_outs_at_once"):
        case = file_own(alice, "marketing_objection")
    assert case.state == State.RECEIVED and allowed(alice, "newsletter")


def test_by_the_public_form_nobody_is_asked_who_they_are(client: Client, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    file(client, "alice@example.com", "marketing_objection", "sale_opt_out")
    case = SubjectRequest.objects.get()
    assert case.state == State.CLOSED and case.subject_id is None
    assert not allowed(alice, "newsletter") and not allowed(alice, "site_measurement")
    assert set(ConsentEvent.objects.exclude(status="given").values_list("door", flat=True)) == {"form"}


def test_it_does_not_wait_for_the_confirmation_of_the_rest(client: Client, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    file(client, "alice@example.com", "marketing_objection", "access")
    case = SubjectRequest.objects.get()
    assert case.state == State.UNCONFIRMED and not allowed(alice, "newsletter")
    client.post(links(mails()[-1], "confirm")[0])
    case.refresh_from_db()
    assert case.state == State.RECEIVED and case.items.get(right="access").decided_at is None


def test_a_flood_of_opt_outs_mails_a_few_times_only(client: Client) -> None:
    for _ in range(9):
        file(client, "dora@example.com", "sale_opt_out")
    assert SubjectRequest.objects.count() == 6 and len(mails()) <= 3 * CONFIRMATIONS_PER_HOUR


def test_beside_another_right_it_is_done_and_the_letter_waits(alice: User, lena: User, shop: Shop) -> None:
    choose(alice, "newsletter", allow=True)
    signed_in(alice).post("/requests/new/", {"rights": ["marketing_objection", "question"], "message": "Why me?"})
    case = SubjectRequest.objects.get()
    assert case.state == State.RECEIVED and not allowed(alice, "newsletter")
    assert [letter.kind for letter in case.letters.all()] == ["acknowledgement"]
    answer(case, Right.QUESTION, lena, words=WORDS)
    answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert "Newsletter" in case.letters.get(kind="answer").text


# --- By staff, for somebody who proved nothing -------------------------------------------------------


def test_staff_end_advertising_without_knowing_who_asks(asking: Asking, shop: Shop, alice: User, lena: User) -> None:
    choose(alice, "newsletter", allow=True)
    case = asking(Right.MARKETING_OBJECTION, subject=None, identity_level="V0")
    answer(case, Right.MARKETING_OBJECTION, lena)
    assert not allowed(alice, "newsletter")
    case.refresh_from_db()
    assert case.subject_id is None and case.identity_level == "V0"
    assert {event.said_at for event in ConsentEvent.objects.filter(door="agent")} == {case.received_at}


def test_an_opt_out_needs_an_address_or_a_number(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.SALE_OPT_OUT, subject=None, identity_level="V0", contact={"postal": "1 Way"})
    with pytest.raises(InvalidInput, match="email address or a phone number"):
        answer(case, Right.SALE_OPT_OUT, lena)


# --- Consent withdrawn -------------------------------------------------------------------------------


def test_everything_or_what_was_chosen_is_withdrawn(asking: Asking, shop: Shop, alice: User, lena: User) -> None:
    for purpose in ("newsletter", "product_news", "testimonials"):
        choose(alice, purpose, allow=True)
    some = asking(Right.CONSENT_WITHDRAWAL)
    answer(some, Right.CONSENT_WITHDRAWAL, lena, purposes=("newsletter",))
    assert not allowed(alice, "newsletter") and allowed(alice, "product_news")
    rest = asking(Right.CONSENT_WITHDRAWAL)
    answer(rest, Right.CONSENT_WITHDRAWAL, lena)
    assert not allowed(alice, "product_news") and not allowed(alice, "testimonials")
    assert not Preference.objects.filter(purpose="events").exists()  # what was never allowed is left alone
    assert "Testimonials" in rest.items.get().answer.words


def test_who_allowed_nothing_is_told_so(alice: User) -> None:
    case = file_own(alice, "consent_withdrawal")
    assert case.state == State.CLOSED and "nothing to end" in Letter.objects.get().text


# --- Sale and sensitive data -------------------------------------------------------------------------


def test_sale_and_sensitive_uses_end(alice: User) -> None:
    choose(alice, "mobile_location", allow=True)
    choose(alice, "affiliate_enrichment", allow=True)
    file_own(alice, "limit_sensitive")
    assert not allowed(alice, "mobile_location") and allowed(alice, "affiliate_enrichment")
    file_own(alice, "sale_opt_out")
    assert not allowed(alice, "affiliate_enrichment")


def test_where_the_policy_has_no_such_use_the_answer_says_so(alice: User) -> None:
    values = yaml.safe_load(DEMO)
    values["policy"]["effective_on"] = "2020-01-01"
    for each in values["purposes"]:
        each.pop("denied_by", None)
    for each in values["categories"]:
        each.pop("sensitive", None)
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
    loaded = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    PolicyVersion.objects.filter(pk=loaded.pk, state="draft").update(state="published", published_at=clock.now())
    forget_terms()
    file_own(alice, "limit_sensitive", "sale_opt_out")
    text = Letter.objects.get().text
    assert "neither sell" in text and "no sensitive data" in text
    assert not ConsentEvent.objects.exists()


# --- What people decide ------------------------------------------------------------------------------


def test_an_automated_decision_is_looked_at_by_a_person(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.AUTOMATED_DECISION)
    with pytest.raises(InvalidInput) as missing:
        answer(case, Right.AUTOMATED_DECISION, lena, words=WORDS)
    assert missing.value.field == "review"
    answer(case, Right.AUTOMATED_DECISION, lena, words=WORDS, review="changed")
    row = HistoryRow.objects.get(kind="human_review")
    assert row.detail == "changed" and row.actor_id == lena.pk


def test_a_complaint_is_upheld_or_not_and_needs_no_ground(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.COMPLAINT, identity_level="V0", subject=None)
    with pytest.raises(InvalidInput):
        answer(case, Right.COMPLAINT, lena, "upheld")
    answer(case, Right.COMPLAINT, lena, "not_upheld", words=WORDS)
    answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    case.refresh_from_db()
    assert case.state == State.CLOSED and "We do not agree" in Letter.objects.get().text


def test_a_child_report_becomes_an_erasure_by_default(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.CHILD_REPORT)
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/answer/{case.items.get().pk}/").content.decode()
    assert (
        'value="fulfilled" id="id_outcome_0" checked' in page
        or 'value="fulfilled" required id="id_outcome_0" checked' in page
    )
    answer(case, Right.CHILD_REPORT, lena)
    assert case.items.get(right=Right.CHILD_REPORT).outcome == "fulfilled"
    added = case.items.get(right=Right.ERASURE)
    assert added.decided_at is None and added.clocks.exists()


def test_the_letter_of_what_kept_did_alone_leaves_by_mail(alice: User) -> None:
    file_own(alice, "marketing_objection")
    run_until_empty()
    assert [mail.subject[:10] for mail in CapturedMail.objects.all()] == ["Our answer"]

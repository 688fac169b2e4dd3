"""How sure we must be, by right and sensitivity, on every channel alike; and that some are never asked."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsr.identity.levels import MATRIX, NEVER_ASKS, Level, Sensitivity, is_enough, needed_level
from dsr.identity.services.codes import send_code
from dsr.identity.services.evidence import invite_evidence, keep_evidence
from dsr.identity.services.mandates import ask_for_mandate
from dsr.identity.services.points import compare_details
from dsr.identity.services.raising import raise_level, set_sensitivity
from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering, ending, extending, planning
from dsr.states import Channel, Right, State
from dsr.tests.conftest import Shop, approve_open
from dsr.tests.doors import file, links, mails
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def asking(case: SubjectRequest, *rights: str) -> SubjectRequest:
    case.items.all().delete()
    RequestItem.objects.bulk_create(RequestItem(subject_request=case, right=right) for right in rights)
    return case


def test_every_right_has_a_level_and_no_law_asks_for_an_opt_out() -> None:
    assert set(MATRIX) == set(Right)
    for regime in ("", "EU-GDPR", "UK-GDPR", "US-CA-CCPA", "US-VA", "IN-DPDP"):
        for sensitivity in Sensitivity:
            assert {needed_level(right, sensitivity, regime) for right in NEVER_ASKS} == {Level.V0}
            assert all(needed_level(right, sensitivity, regime) >= Level.V1 for right in ("access", "erasure"))


def test_california_demands_details_and_takes_a_sign_in_for_them() -> None:
    assert needed_level("access", "ordinary", "US-CA-CCPA") == Level.V3
    assert needed_level("access", "sensitive", "US-CA-CCPA") == Level.V4
    assert needed_level("access", "sensitive", "EU-GDPR") == Level.V2
    assert is_enough(Level.V2, Level.V4) and is_enough(Level.V3, Level.V2) and not is_enough(Level.V1, Level.V2)


@pytest.mark.promise(70)
@pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.OPENDSR])  # its controller vouches
def test_the_same_level_on_every_channel(make_case: MakeCase, shop: Shop, lena: User, channel: str) -> None:
    case = make_case(channel=channel, identity_level="V0")
    with pytest.raises(DomainError, match="erasure needs V1"):
        planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    asking(case, Right.ACCESS)
    with pytest.raises(DomainError, match="access needs V1"):
        answering.build_case_package(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())


@pytest.mark.promise(70)
def test_sensitive_data_needs_more_than_a_link(make_case: MakeCase, shop: Shop, lena: User, alice: User) -> None:
    case, staff, now = asking(make_case(), Right.RECTIFICATION), Actor.staff(lena.pk), clock.now()
    set_sensitivity(subject_request=case, sensitivity="sensitive", actor=staff, now=now)
    done = Decision("fulfilled", words="Your name is corrected everywhere.", systems={"shop": "done"})
    with pytest.raises(DomainError, match="rectification needs V2"):
        answering.answer_item(item=case.items.get(), decision=done, actor=staff, now=now)
    assert raise_level(
        subject_request=case, level=Level.V2, method="signed_in", actor=Actor.subject(alice.subject_id), now=now
    )
    answering.answer_item(item=case.items.get(), decision=done, actor=staff, now=now)
    approve_open(case)
    assert not raise_level(subject_request=case, level=Level.V1, method="code", actor=SYSTEM, now=now)
    case.refresh_from_db()
    assert case.identity_level == "V2"
    with pytest.raises(DomainError, match="decided already"):
        set_sensitivity(subject_request=case, sensitivity="ordinary", actor=staff, now=now)


def test_a_refusal_needs_no_proof(make_case: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(make_case(identity_level="V0", subject=None), Right.ACCESS)
    no = Decision("refused", words="Nobody confirmed who asks here.", ground="cannot_identify")
    answering.answer_item(item=case.items.get(), decision=no, actor=Actor.staff(lena.pk), now=clock.now())
    approve_open(case)
    assert case.items.get().outcome == "refused"


@pytest.mark.promise(70)
@pytest.mark.parametrize("right", sorted(NEVER_ASKS))
def test_an_opt_out_waits_for_nothing(right: str) -> None:
    client = Client()
    assert file(client, "carol@example.com", right, message="Stop it.").headers["Location"] == "/requests/sent/"
    case = SubjectRequest.objects.get()
    assert (case.state, case.identity_level, case.subject) == (State.RECEIVED, "V0", None)
    (mail,) = mails()
    assert mail.subject.startswith("We received") and not links(mail, "confirm")
    file(client, "carol@example.com", right, message="Stop it.")
    assert SubjectRequest.objects.count() == 1 and len(mails()) == 1
    assert next(each for each in controls() if each.code == "dsr.never_asks").answer().state is ControlState.GREEN


def test_switched_off_an_opt_out_waits_for_proof() -> None:
    with switched_off("dsr.never_asks"):
        file(Client(), "carol@example.com", Right.SALE_OPT_OUT)
        assert links(mails()[0], "confirm")
    assert next(each for each in controls() if each.code == "dsr.never_asks").answer().state is ControlState.RED


@pytest.mark.promise(70)
@pytest.mark.parametrize("right", sorted(NEVER_ASKS))
def test_no_path_asks_for_anything(make_case: MakeCase, lena: User, right: str) -> None:
    """The Honda rule: whatever asks a person who they are refuses to."""
    case, staff, now = asking(make_case(identity_level="V0", subject=None), right), Actor.staff(lena.pk), clock.now()
    for ask in askers(case, staff, now):
        with pytest.raises(DomainError) as no:
            ask()
        assert no.value.code == "never_asks"
    later = now + dt.timedelta(days=40)
    assert ending.tend_unconfirmed(actor=SYSTEM, now=later) == {"expired": 0, "last_words": 0, "reminded": 0}
    assert not mails()


def askers(case: SubjectRequest, staff: Actor, now: dt.datetime) -> list[Callable[[], Any]]:
    """Every act of ours that asks a person about who they are."""
    words = "Tell us your customer number, please."
    return [
        lambda: extending.ask_identity(subject_request=case, words=words, actor=staff, now=now),
        lambda: send_code(subject_request=case, actor=staff, now=now),
        lambda: invite_evidence(subject_request=case, actor=staff, now=now),
        lambda: keep_evidence(subject_request=case, data=b"x", name="x", kind="letter", actor=staff, now=now),
        lambda: ask_for_mandate(subject_request=case, words=words, actor=staff, now=now),
        lambda: compare_details(subject_request=case, details=["12345", "67890"], actor=staff, now=now),
    ]


def test_beside_another_right_the_opt_out_does_not_wait_for_its_confirmation(lena: User) -> None:
    file(Client(), "carol@example.com", Right.ERASURE, Right.MARKETING_OBJECTION)
    case = SubjectRequest.objects.get()
    assert case.state == State.UNCONFIRMED
    item = case.items.get(right=Right.MARKETING_OBJECTION)
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert f"answer/{item.pk}/" in page
    erasure = case.items.get(right=Right.ERASURE)
    no = Decision("refused", words="Nobody confirmed who asks here.", ground="cannot_identify")
    with pytest.raises(DomainError, match="Nobody can decide"):
        answering.answer_item(item=erasure, decision=no, actor=Actor.staff(lena.pk), now=clock.now())


def test_we_do_not_ask_for_more_than_is_needed(make_case: MakeCase, lena: User) -> None:
    with pytest.raises(DomainError) as no:
        extending.ask_identity(
            subject_request=make_case(), words="And your passport, please.", actor=Actor.staff(lena.pk), now=clock.now()
        )
    assert no.value.code == "identified"


def test_the_page_of_who_asks(
    make_case: MakeCase, lena: User, mallory: User, django_assert_max_num_queries: Any
) -> None:
    case = make_case()
    client, url = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/who/"
    client.get("/console/")  # notes that the session is alive
    with django_assert_max_num_queries(12):
        page = client.get(url).content.decode()
    assert "V1, controls the address" in page and "not yet" not in page
    assert client.post(url, {"sensitivity": "sensitive"}).status_code == 302
    page = client.get(url).content.decode()
    assert "V2, signed in" in page and "not yet" in page
    assert HistoryRow.objects.get(kind="sensitivity_set").detail == "sensitive"
    assert client.post(url, {"sensitivity": "secret"}).status_code == 200
    assert signed_in(mallory).get(url).status_code in {302, 403}


@pytest.mark.promise(70)
def test_a_person_gives_the_password_and_is_known(make_case: MakeCase, lena: User, alice: User, bob: User) -> None:
    case = make_case()
    set_sensitivity(subject_request=case, sensitivity="sensitive", actor=Actor.staff(lena.pk), now=clock.now())
    url = f"/requests/{case.pk}/identity/"
    client = signed_in(alice)
    assert url in client.get(f"/requests/{case.pk}/").content.decode()
    assert "/accounts/reauthenticate/" in client.get(url).headers["Location"]
    assert "/accounts/reauthenticate/" in client.post(url).headers["Location"]
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    assert client.get(url).status_code == 200
    case.refresh_from_db()
    assert case.identity_level == "V1"
    assert client.post(url).headers["Location"] == f"/requests/{case.pk}/"
    case.refresh_from_db()
    assert case.identity_level == "V2" and url not in client.get(f"/requests/{case.pk}/").content.decode()
    stranger = signed_in(bob)
    stranger.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    assert stranger.post(url).status_code == 404


def test_who_signed_in_a_moment_ago_is_known_at_once(alice: User) -> None:
    client = signed_in(alice)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(alice.pk)
    session.save()
    client.post("/requests/new/", {"rights": ["access"]})
    assert SubjectRequest.objects.get().identity_level == "V2"

"""Whose data is it? A customer's is referred in time, with one answer for all, and reminded of once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import HistoryRow, Letter, SubjectRequest
from dsr.referring.helping import end_customer, keep_customer
from dsr.referring.models import BusinessCustomer, Referral
from dsr.referring.rules import working_days_after
from dsr.referring.services import refer, remind_customers, set_role
from dsr.services.moving import move
from dsr.states import Role, State
from dsr.status_page import status_page
from dsr.tests.doors import mails
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture
def acme(db: None) -> BusinessCustomer:
    return keep_customer(name="Acme Ltd", email="privacy@acme.example", actor=SYSTEM, now=clock.now())


@pytest.fixture
def keeper(db: None) -> User:
    return make_user("kay@kept.example", "work_subject_request", "manage_customers", is_staff=True)


def answer(code: str) -> ControlState:
    return next(each for each in controls() if each.code == code).answer().state


def url_of(case: SubjectRequest) -> str:
    return f"/console/dsr/subjectrequest/{case.pk}/role/"


@pytest.mark.promise(65)
@pytest.mark.promise(66)
def test_it_goes_to_the_customer_that_was_named_and_the_person_is_told(
    make_case: MakeCase, acme: BusinessCustomer, lena: User
) -> None:
    case = make_case()
    client = signed_in(lena)
    assert "whose data?" in client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    nameless = client.post(url_of(case), {"role": "processor", "named": " "}, follow=True)
    assert "Without a name ask the person first" in nameless.content.decode() and not Referral.objects.exists()
    assert client.post(url_of(case), {"role": "processor", "named": "ACME", "customer": acme.pk}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.role, case.items.get().outcome) == (State.REFERRED, Role.PROCESSOR, "referred")
    assert case.closed_at and case.contact.erase_on
    to_customer, to_person = sorted(mails(), key=lambda mail: mail.recipient != "privacy@acme.example")
    assert to_customer.recipient == "privacy@acme.example" and "alice@example.com" in to_customer.text
    assert to_person.recipient == "alice@example.com" and "ask ACME itself" in to_person.text
    page = status_page(case)
    assert page.state.startswith("Passed on") and "for the company that you named" in page.asked[0].outcome
    assert answer("referring.customer_named") is answer("referring.referred_in_time") is ControlState.GREEN


def test_switched_off_a_nameless_referral_passes(make_case: MakeCase) -> None:
    with switched_off("referring.customer_named"):
        refer(subject_request=make_case(), named="", customer=None, actor=SYSTEM, now=clock.now())
    assert answer("referring.customer_named") is ControlState.RED


@pytest.mark.promise(65)
def test_the_answer_is_the_same_whether_we_hold_anything_or_know_the_company(
    make_case: MakeCase, acme: BusinessCustomer, alice: User
) -> None:
    """A person whom we hold, a stranger, and a company that is no customer of ours: one text."""
    texts = set()
    for fields, customer in (({}, acme), ({"subject": None, "identity_level": "V0"}, acme), ({}, None)):
        case = make_case(**fields)
        refer(subject_request=case, named="Acme", customer=customer, actor=SYSTEM, now=clock.now())
        texts.add(Letter.objects.get(subject_request=case).text.replace(case.reference, "KX"))
    assert len(texts) == 1
    assert "neither that it holds something about you nor that it does not" in texts.pop()


@pytest.mark.promise(66)
def test_a_silent_customer_is_reminded_once_also_after_downtime(make_case: MakeCase, acme: BusinessCustomer) -> None:
    now = clock.now() - dt.timedelta(days=60)
    case = make_case(received_at=now, filed_at=now)
    refer(subject_request=case, named="Acme", customer=acme, actor=SYSTEM, now=now)
    assert remind_customers(actor=SYSTEM, now=now + dt.timedelta(days=6)) == {"reminded": 0}
    assert answer("referring.referred_in_time") is ControlState.RED
    for late in (30, 30, 31):
        remind_customers(actor=SYSTEM, now=now + dt.timedelta(days=late))
    assert [mail.subject.startswith("Reminder") for mail in mails() if "acme" in mail.recipient] == [False, True]
    assert HistoryRow.objects.filter(kind="referral_reminded").count() == 1
    assert answer("referring.referred_in_time") is ControlState.GREEN


def test_switched_off_nobody_is_reminded(make_case: MakeCase, acme: BusinessCustomer) -> None:
    now = clock.now() - dt.timedelta(days=60)
    refer(subject_request=make_case(), named="Acme", customer=acme, actor=SYSTEM, now=now)
    with switched_off("referring.referred_in_time"):
        remind_customers(actor=SYSTEM, now=clock.now())
    assert answer("referring.referred_in_time") is ControlState.RED


def test_one_that_confirmed_is_not_reminded(make_case: MakeCase, acme: BusinessCustomer, keeper: User) -> None:
    now = clock.now()
    row = refer(subject_request=make_case(), named="Acme", customer=acme, actor=SYSTEM, now=now)
    client, url = signed_in(keeper), f"/console/dsr/subjectrequest/referrals/{row.pk}/acknowledged/"
    assert client.get(url).status_code == 405
    client.post(url)
    assert "does not wait" in client.post(url, follow=True).content.decode()
    assert remind_customers(actor=SYSTEM, now=now + dt.timedelta(days=90)) == {"reminded": 0}


@pytest.mark.promise(66)
def test_a_referred_case_is_over_and_one_left_lying_turns_the_control_red(make_case: MakeCase, lena: User) -> None:
    case, staff, now = make_case(), Actor.staff(lena.pk), clock.now()
    set_role(subject_request=case, role="processor", actor=staff, now=now - dt.timedelta(days=7))
    assert answer("referring.referred_in_time") is ControlState.RED
    refer(subject_request=case, named="Nobody we know", customer=None, actor=staff, now=now)
    assert answer("referring.referred_in_time") is ControlState.GREEN
    with pytest.raises(DomainError, match="Nobody can sort"):
        refer(subject_request=case, named="Acme", customer=None, actor=staff, now=now)
    with pytest.raises(DomainError, match="cannot become"):
        move(subject_request=case, to=State.CLOSED, kind="closed", actor=staff, now=now)


def test_ours_is_noted_and_stays(make_case: MakeCase, lena: User, mallory: User) -> None:
    case = make_case()
    assert signed_in(lena).post(url_of(case), {"role": "controller"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.role) == (State.RECEIVED, "controller")
    assert HistoryRow.objects.get(kind="triaged").detail == "controller"
    assert signed_in(mallory).get(url_of(case)).status_code in {302, 403}
    assert "This field is required" in signed_in(lena).post(url_of(case), {}).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"email": "no address"}, "email"), ({"remind_after_days": 0}, "remind_after_days")],
)
def test_bad_input_names_the_field(values: dict[str, Any], field: str, acme: BusinessCustomer) -> None:
    with pytest.raises(InvalidInput) as no:
        keep_customer(
            **{"name": "Beta", "email": "x@beta.example", **values},
            actor=SYSTEM,
            now=clock.now(),
        )
    assert no.value.field == field


def test_nothing_new_goes_to_a_customer_that_left(make_case: MakeCase, acme: BusinessCustomer) -> None:
    end_customer(customer=acme, actor=SYSTEM, now=clock.now())
    acme.refresh_from_db()
    with pytest.raises(InvalidInput, match="has left"):
        refer(subject_request=make_case(), named="Acme", customer=acme, actor=SYSTEM, now=clock.now())


def test_two_working_days() -> None:
    friday = dt.date(2026, 6, 5)
    assert working_days_after(friday, 2) == dt.date(2026, 6, 9) and working_days_after(friday, 0) == friday


def test_pages_ask_few_questions(
    make_case: MakeCase, acme: BusinessCustomer, keeper: User, settings: Settings, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        refer(subject_request=make_case(), named="Acme", customer=acme, actor=SYSTEM, now=clock.now())
    client: Client = signed_in(keeper)
    client.get("/console/")  # notes that the session is alive
    for url in ("customers/", f"customers/{acme.pk}/", f"{Referral.objects.all()[0].subject_request_id}/role/"):
        with django_assert_max_num_queries(12):
            assert client.get(f"/console/dsr/subjectrequest/{url}").status_code == 200

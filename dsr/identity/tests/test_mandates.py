"""Who asks for another person, what they are told, and details that are compared without being shown."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import LoginEvent, User
from accounts.services import add_identifier
from dsr.identity.models import Mandate
from dsr.identity.services.mandates import ask_for_mandate, judge_mandate, note_mandate
from dsr.identity.services.points import compare_details
from dsr.identity.services.raising import record_of, set_sensitivity
from dsr.models import HistoryRow, SubjectRequest
from dsr.services.letters import keep_and_send
from dsr.tests.doors import mails
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def noted(case: SubjectRequest, **more: Any) -> Mandate:
    values = {"basis": "agent", "name": "Agnes Agent", "email": "agnes@agents.example", "covers_receipt": True, **more}
    return note_mandate(subject_request=case, **values, actor=SYSTEM, now=clock.now())


def answered(case: SubjectRequest) -> str:
    case = SubjectRequest.objects.get(pk=case.pk)
    keep_and_send(subject_request=case, kind="answer", text=f"Reference {case.reference}: done.", now=clock.now())
    return str(mails()[-1].recipient)


@pytest.mark.parametrize(
    ("more", "goes_to"),
    [
        ({}, "agnes@agents.example"),
        ({"covers_receipt": False}, "alice@example.com"),
        ({"expires_on": dt.date(2020, 1, 1)}, "alice@example.com"),
        ({"is_accepted": False}, "alice@example.com"),
        ({"is_accepted": None}, "alice@example.com"),
    ],
)
def test_the_answer_goes_to_the_person_unless_the_mandate_covers_it(
    make_case: MakeCase, more: dict[str, Any], goes_to: str
) -> None:
    case, is_accepted = make_case(), more.pop("is_accepted", True)
    row = noted(case, **more)
    if is_accepted is not None:
        judge_mandate(mandate=row, is_accepted=is_accepted, actor=SYSTEM, now=clock.now())
        with pytest.raises(StaleState):
            judge_mandate(mandate=row, is_accepted=True, actor=SYSTEM, now=clock.now())
    assert answered(case) == goes_to
    assert "agnes" not in str(list(HistoryRow.objects.values_list("kind", "detail"))).lower()


def test_who_shows_a_power_of_attorney_is_not_asked_for_more(make_case: MakeCase) -> None:
    case, words = make_case(identity_level="V0", subject=None), "Please show us that you may ask for this person."
    noted(case, has_power_of_attorney=True)
    with pytest.raises(DomainError, match="power of attorney"):
        ask_for_mandate(subject_request=case, words=words, actor=SYSTEM, now=clock.now())
    noted(case)
    assert Mandate.objects.count() == 1
    ask_for_mandate(subject_request=case, words=words, actor=SYSTEM, now=clock.now())
    assert words in mails()[-1].text


@pytest.mark.parametrize(
    ("more", "field"),
    [({"basis": "friend"}, "basis"), ({"name": "\r\n"}, "name"), ({"email": ""}, "email"), ({"email": "x"}, "email")],
)
def test_bad_input_names_the_field(make_case: MakeCase, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as no:
        noted(make_case(), **more)
    assert no.value.field == field


def test_the_page_notes_and_judges(make_case: MakeCase, lena: User) -> None:
    case, client = make_case(), signed_in(lena)
    url = f"/console/dsr/subjectrequest/{case.pk}/who/act/"
    client.post(url, {"act": "mandate", "basis": "heir", "name": "Hans Heir"})
    assert "Hans Heir" in client.get(url.removesuffix("act/")).content.decode()
    client.post(url, {"act": "judge", "holds": "yes"})
    assert Mandate.objects.get().state == "accepted"
    assert "use the buttons" in client.post(url, {"act": "fly"}, follow=True).content.decode()
    assert client.get(url).status_code == 405


@pytest.fixture
def sensitive(make_case: MakeCase, alice: User, lena: User) -> SubjectRequest:
    case, now = make_case(), clock.now()
    set_sensitivity(subject_request=case, sensitivity="sensitive", actor=Actor.staff(lena.pk), now=now)
    for kind, value in (("phone", "+91 80 1234 5678"), ("external", "CUST-0815")):
        add_identifier(subject=alice.subject, kind=kind, value=value, source="shop", actor=SYSTEM, now=now)
    LoginEvent.objects.create(subject=alice.subject, logged_in_at=now, expires_at=now, agent="Netscape Navigator")
    return case


def compared(case: SubjectRequest, *details: str) -> bool:
    return compare_details(subject_request=case, details=list(details), actor=SYSTEM, now=clock.now())


@pytest.mark.promise(70)
@pytest.mark.parametrize(
    ("details", "is_enough"),
    [
        (["+918012345678", "cust-0815"], True),
        (["CUST-0815", "+91 80 0000 0000"], False),
        (["alice@example.com", "CUST-0815"], False),  # the address that the request came from proves nothing
        (["nothing", "of this"], False),
    ],
)
def test_two_details_that_we_hold_make_v3(sensitive: SubjectRequest, details: list[str], is_enough: bool) -> None:
    assert compared(sensitive, *details) is is_enough
    sensitive.refresh_from_db()
    assert sensitive.identity_level == ("V3" if is_enough else "V1")
    assert "0815" not in str(list(HistoryRow.objects.values_list("kind", "detail")))


def test_a_stranger_and_a_wrong_detail_hear_the_same_and_five_tries_are_all(
    sensitive: SubjectRequest, make_case: MakeCase, lena: User
) -> None:
    unknown = make_case(subject=None, identity_level="V0", contact={"email": "nobody@example.com"})
    client, pages = signed_in(lena), []
    for case in (sensitive, unknown):
        url = f"/console/dsr/subjectrequest/{case.pk}/who/act/"
        values = {"act": "compare", "detail": ["wrong one", "CUST-0815", ""]}
        pages.append(client.post(url, values, follow=True).content.decode())
    assert all("No: that is not enough" in page and "0815" not in page for page in pages)
    for _ in range(4):
        compared(sensitive, "wrong one", "other one")
    with pytest.raises(DomainError, match="too often"):
        compared(sensitive, "+918012345678", "CUST-0815")


def test_three_details_and_a_declaration_make_v4(sensitive: SubjectRequest) -> None:
    row = record_of(sensitive)
    row.declared_at = clock.now()
    row.save()
    assert compared(sensitive, "+918012345678", "cust-0815", "Netscape Navigator")
    sensitive.refresh_from_db()
    assert sensitive.identity_level == "V4"


@pytest.mark.parametrize("details", [[], ["only one"], ["same", "same"], ["abc", "long enough"]])
def test_too_little_is_told_apart(sensitive: SubjectRequest, details: list[str]) -> None:
    with pytest.raises(InvalidInput, match="two or three"):
        compared(sensitive, *details)

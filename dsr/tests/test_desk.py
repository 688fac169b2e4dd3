"""The desk: what came by letter or phone, counted from the day it came, filed without seeing the data."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import CaseNote, HistoryRow, Letter, SubjectRequest
from dsr.services import planning
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed, links, mails
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(settings: Settings) -> dt.date:
    return clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)


def letter(today: dt.date, **more: Any) -> dict[str, Any]:
    return {
        "rights": ["erasure"],
        "channel": "post",
        "received_on": (today - dt.timedelta(days=20)).isoformat(),
        "email": "dora@example.com",
        "name": "Dora",
        "identity_level": "V1",
        **more,
    }


def test_a_letter_of_twenty_days_ago(omar: User, today: dt.date, settings: Settings) -> None:
    client = signed_in(omar)
    assert client.post("/desk/", letter(today, message="Please delete me.")).status_code == 302
    case = SubjectRequest.objects.get()
    assert clock.local_date(case.received_at, settings.KEPT_TIME_ZONE) == today - dt.timedelta(days=20)
    assert (case.state, case.filed_by, case.channel, case.identity_level) == (State.RECEIVED, omar.pk, "post", "V1")
    assert case.subject and case.filed_at > case.received_at and case.notes.get().text == "Please delete me."
    row = HistoryRow.objects.get(kind="filed")
    assert (row.actor_id, row.detail) == (omar.pk, "post")
    (mail,) = mails()
    assert mail.recipient == "dora@example.com" and "Dear Dora" in mail.text
    page = Client().get(links(mail, "status")[0]).content.decode()
    assert "It reached us by post" in page
    desk = client.get("/desk/").content.decode()
    assert case.reference in desk and "dora@example.com" not in desk and "Dora" not in desk


def test_by_post_only_the_acknowledgement_waits_to_be_printed(omar: User, today: dt.date) -> None:
    values = letter(today, email="", postal="1 Long Road\nBangalore", identity_level="V0")
    assert signed_in(omar).post("/desk/", values).status_code == 302
    case = SubjectRequest.objects.get()
    assert case.subject is None and case.contact.postal.startswith("1 Long Road") and case.contact.index == ""
    assert Letter.objects.get().outbox_id is None and not mails()
    assert HistoryRow.objects.get(kind="letter_written").detail == "acknowledgement:print"


def test_legal_vouches_for_whom_the_desk_did_not_check(omar: User, lena: User, today: dt.date) -> None:
    signed_in(omar).post("/desk/", letter(today, channel="phone", identity_level="V0"))
    case = SubjectRequest.objects.get()
    assert case.subject is None
    actor = Actor.staff(lena.pk)
    planning.record_identity_check(subject_request=case, method="call_back", actor=actor, now=clock.now())
    case.refresh_from_db()
    assert case.subject and planning.person_of_case(case).values("email") == ("dora@example.com",)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"received_on": "future"}, "cannot lie in the future"),
        ({"received_on": "long_ago"}, "over two years ago"),
        ({"received_on": "yesterday"}, "YYYY-MM-DD"),
        ({"received_on": ""}, "Give the day it reached us"),
        ({"email": ""}, "Give an email or a postal address"),
        ({"email": "dora"}, "such as name@example.com"),
        ({"phone": "call me"}, "phone number with its country code"),
        ({"channel": ""}, "required"),
        ({"channel": "web"}, "not one of the available choices"),
        ({"identity_level": "V9"}, "not one of the available choices"),
        ({"rights": []}, "Choose at least one thing"),
    ],
)
def test_bad_input_names_the_field_and_the_mend(omar: User, today: dt.date, values: dict[str, Any], says: str) -> None:
    days = {"future": today + dt.timedelta(days=1), "long_ago": today - dt.timedelta(days=732)}
    if (day := values.get("received_on")) in days:
        values = {"received_on": days[day].isoformat()}
    answer = signed_in(omar).post("/desk/", letter(today, **values))
    assert answer.status_code == 400 and says in answer.content.decode()
    assert not SubjectRequest.objects.exists() and not Letter.objects.exists()


def test_older_than_two_years_needs_a_reason(omar: User, today: dt.date) -> None:
    client = signed_in(omar)
    values = letter(today, received_on=(today - dt.timedelta(days=900)).isoformat())
    assert "Why it is filed only now" in client.post("/desk/", values).content.decode()
    assert client.post("/desk/", {**values, "late_reason": "Found in a moved cabinet."}).status_code == 302
    note = CaseNote.objects.get()
    assert (note.kind, note.author, note.text) == ("staff", omar.pk, "Found in a moved cabinet.")


def test_an_open_request_of_the_address_is_named_and_not_shown(omar: User, today: dt.date) -> None:
    case, _ = filed_and_confirmed(Client(), "dora@example.com")
    client = signed_in(omar)
    answer = client.post("/desk/", letter(today, email=" DORA@example.com"))
    page = answer.content.decode()
    assert answer.status_code == 409 and f"KX-…{case.reference[-2:]}" in page and case.reference not in page
    assert SubjectRequest.objects.count() == 1
    assert client.post("/desk/", letter(today, file_anyway="on")).status_code == 302
    assert SubjectRequest.objects.count() == 2


def test_who_may_open_the_desk(omar: User, lena: User, mallory: User, today: dt.date) -> None:
    assert Client().get("/desk/").headers["Location"].startswith("/accounts/login/")
    for user in (mallory, lena):
        client = signed_in(user)
        assert client.get("/desk/").status_code == client.post("/desk/", letter(today)).status_code == 403
    without = signed_in(omar, second_factor=False)
    assert without.post("/desk/", letter(today)).status_code == 302
    assert not SubjectRequest.objects.exists()


def test_the_number_of_queries_does_not_grow(
    omar: User, today: dt.date, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(omar)
    client.post("/desk/", letter(today))
    client.get("/desk/")
    with django_assert_num_queries(5):
        page = client.get("/desk/").content.decode()
    assert "autofocus" in page and "<script" not in page and "style=" not in page
    for number in range(4):
        client.post("/desk/", letter(today, email=f"p{number}@example.com"))
    client.get("/desk/")
    with django_assert_num_queries(5):
        client.get("/desk/")

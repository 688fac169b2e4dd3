"""The page of a request like a parcel's: each state has its words, who acts and the next day; a person writes back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.services import original_of
from dsr.models import HistoryRow, SubjectRequest
from dsr.progress import WHERE, is_waiting_for_person, standing, steps
from dsr.services.extending import ask_identity
from dsr.states import State
from dsr.tests.conftest import Shop
from dsr.tests.doors import filed_and_confirmed
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.rendering.tests.files import picture
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
DAY = dt.date(2026, 3, 2)


def way(state: str, channel: str = "web", rights: tuple[str, ...] = ("erasure",), **days: dt.date) -> list[str]:
    found = steps(state=state, channel=channel, rights=rights, days=days, received_on=DAY, due_on=DAY)
    return [f"{step.state}: {step.label}" for step in found]


def test_every_state_has_words_and_somebody_who_acts() -> None:
    assert {state.value for state in State} <= set(WHERE)
    for state in State:
        found = standing(state=state, ends_on=DAY, due_on=DAY, kinds=[])
        assert found.text and found.who


def test_a_question_of_ours_makes_it_the_persons_turn_until_it_is_answered() -> None:
    asked = standing(state="received", ends_on=None, due_on=DAY, kinds=["filed", "identity_requested"])
    assert asked.is_on_you and asked.who == "you" and asked.next_on == DAY
    assert not is_waiting_for_person(["identity_requested", "identity_confirmed"])
    assert is_waiting_for_person(["identity_requested", "identity_confirmed", "clarification_requested"])


def test_the_way_of_a_request() -> None:
    assert way("unconfirmed")[:2] == ["done: It reached us", "now: You confirmed your address"]
    assert way("received", confirmed=DAY)[2] == "now: Our privacy team works on it"
    assert way("received", "post", ("access",)) == [
        "done: It reached us",
        "now: Our privacy team works on it",
        "next: Our answer",
    ]
    assert way("running", confirmed=DAY)[3:] == [
        "done: A second person checks what will be erased",
        "now: It is carried out in every system",
        "next: Our answer",
    ]
    assert way("expired") == ["done: It reached us", "done: Ended without a confirmation"]
    assert way("withdrawn", withdrawn=DAY)[-1] == "done: You took it back"
    assert way("closed", confirmed=DAY, approved=DAY, closed=DAY)[-2:] == [
        "done: It is carried out in every system",
        "done: Our answer",
    ]


@pytest.mark.django_db
def test_the_page_says_whose_turn_it_is_and_shows_the_question(alice: User, lena: User, shop: Shop) -> None:
    client = Client()
    case, path = filed_and_confirmed(client, "alice@example.com")
    page = client.get(path).content.decode()
    assert "Our privacy team works on it. There is nothing" in page and "Next date" in page
    SubjectRequest.objects.update(identity_level="V0")
    case.refresh_from_db()
    words = "Which street did you live in when you opened the account?"
    ask_identity(subject_request=case, words=words, actor=Actor.staff(lena.pk), now=clock.now())
    page = client.get(path).content.decode()
    assert "We asked you something" in page and "<strong>you</strong>" in page and words in page


@pytest.mark.django_db
def test_a_person_writes_back_once_and_not_without_end(alice: User) -> None:
    client = Client()
    _case, path = filed_and_confirmed(client, "alice@example.com")
    for _ in range(2):
        page = client.post(path, {"act": "reply", "text": "My old address was <b>High</b> Street\x00"}, follow=True)
    assert "We have your message" in page.content.decode()
    assert "&lt;b&gt;High&lt;/b&gt; Street" in page.content.decode()
    assert Message.objects.count() == 1 and HistoryRow.objects.filter(kind="message_received").count() == 1
    assert "Write something first" in client.post(path, {"act": "reply", "text": " "}, follow=True).content.decode()
    for number in range(11):
        last = client.post(path, {"act": "reply", "text": f"Message {number}"}, follow=True).content.decode()
    assert "ten times within a day" in last and Message.objects.count() == 10
    too_long = client.post(path, {"act": "reply", "text": "x" * 5001}, follow=True).content.decode()
    assert "Shorten your message" in too_long


@pytest.mark.django_db
def test_a_message_takes_a_picture_or_a_pdf_along_and_nothing_else(
    alice: User, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEPT_FILES = tmp_path / "files"
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", None)  # a file in clear
    client = Client()
    _case, path = filed_and_confirmed(client, "alice@example.com")
    large = picture("TIFF", size=(1200, 800))
    for name, data, said in (
        ("a.tif", large, "We have your message"),
        ("a.svg", b"<svg onload='x()'/>", "drawing in XML"),
        ("a.pdf", b"%PDF-1.7 cut", ""),
    ):
        body = {"act": "reply", "text": f"See {name}", "file": SimpleUploadedFile(name, data)}
        assert said in client.post(path, body, follow=True).content.decode()
    row = Attachment.objects.get()
    assert (row.name, row.size, b"".join(original_of(row))) == ("a.tif", len(large), large)
    assert len(large) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert "a.tif" in client.get(path).content.decode() and Message.objects.count() == 1
    settings.KEPT_CLAMD = "127.0.0.1:1"
    again = {"act": "reply", "text": "Again", "file": SimpleUploadedFile("a.tif", large)}
    assert "could not be checked" in client.post(path, again, follow=True).content.decode()
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_another_person_cannot_write_into_it(alice: User, bob: User, make_case: MakeCase) -> None:
    case = make_case()
    assert signed_in(bob).post(f"/requests/{case.pk}/", {"act": "reply", "text": "Hello"}).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_past_requests_stand_apart_and_the_page_asks_a_fixed_number_of_questions(
    alice: User, make_case: MakeCase, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = make_case()
    make_case(state=State.WITHDRAWN, closed_at=clock.now())
    page = signed_in(alice).get("/requests/").content.decode()
    assert page.index("Open, the newest first") < page.index("Ended, the newest first")
    client = signed_in(alice)
    client.get(f"/requests/{case.pk}/")
    with django_assert_max_num_queries(17):
        page = client.get(f"/requests/{case.pk}/").content.decode()
    assert "If you disagree" in page and "https://" in page and "?right=complaint" in page

"""Questions to the person: what they want, what it costs. Each with its letter, each moves what the law lets it."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.services import Said, add_message
from dsr.models import Clock, HistoryRow, Letter, SubjectRequest
from dsr.selectors import waiting_for_whom
from dsr.services.asking import ask_clarification, note_answer, note_reply, open_questions, tell_fee
from dsr.services.clocks import clocks_in_force, note_clock_event
from dsr.states import Right, State
from dsr.tests.starting import start_clocks
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
ASK = "Do you want the recordings of all calls, or those of last year?"
COSTS = "Copying the recordings takes a day of work: CHF 120."


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)


@pytest.fixture
def received(make_case: MakeCase) -> Callable[..., SubjectRequest]:
    """A request of 1 September 2026 for a copy, unless said otherwise."""

    def make(right: Right = Right.ACCESS, **fields: object) -> SubjectRequest:
        case = make_case(received_at=at(9, 1), filed_at=at(9, 1), **fields)
        case.items.update(right=right)
        start_clocks(subject_request=case, actor=ANONYMOUS, now=at(9, 1))
        return case

    return make


def reply(case: SubjectRequest, now: dt.datetime, said_at: dt.datetime | None = None) -> list[Clock]:
    return note_reply(subject_request=case, said_at=said_at or now, actor=ANONYMOUS, now=now)


def due(case: SubjectRequest) -> dt.date:
    return clocks_in_force(case)[0].due_on


@pytest.mark.promise(80)
def test_a_clarification_stops_the_clock_until_the_answer(received: MakeCase, lena: User) -> None:
    case, actor = received(), Actor.staff(lena.pk)
    assert due(case) == dt.date(2026, 10, 1)
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 2))
    assert open_questions(case) == ["clarification"] and waiting_for_whom().person == 1
    with pytest.raises(DomainError, match="asked already"):
        ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 3))
    note_answer(subject_request=case, about="clarification", actor=actor, now=at(9, 10), on=dt.date(2026, 9, 9))
    assert clocks_in_force(case)[0].statute_on == dt.date(2026, 10, 8)
    assert open_questions(case) == [] and waiting_for_whom().person == 0
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert ASK in mail.text and "You need not narrow your request" in mail.text
    assert mail.subject.endswith(case.reference)
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 11))  # late: stops nothing
    assert Letter.objects.filter(kind="clarification").count() == 2
    assert HistoryRow.objects.filter(kind="clarification_requested").latest("at").detail == "2026-09-11 late"


def test_overlapping_questions_are_merged(received: MakeCase, lena: User) -> None:
    """The golden case of 1 June with both questions, one day later each."""
    case, actor = received(), Actor.staff(lena.pk)
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 2))
    note_clock_event(subject_request=case, name="identity_requested", actor=actor, now=at(9, 4))
    note_clock_event(subject_request=case, name="identity_confirmed", actor=actor, now=at(9, 10))
    note_answer(subject_request=case, about="clarification", actor=actor, now=at(9, 8))
    assert clocks_in_force(case)[0].statute_on == dt.date(2026, 10, 9)  # 2 to 10 September: eight days


def test_only_a_copy_lets_the_clock_wait(received: MakeCase, lena: User) -> None:
    case, actor = received(Right.ERASURE), Actor.staff(lena.pk)
    before = due(case)
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 2))
    note_answer(subject_request=case, about="clarification", actor=actor, now=at(9, 12))
    assert due(case) == before and "was unjustified, so the clock ran on" in clocks_in_force(case)[0].trace


def test_a_reply_of_the_person_answers_a_clarification_and_nothing_else(received: MakeCase, lena: User) -> None:
    case, actor = received(), Actor.staff(lena.pk)
    assert reply(case, at(9, 2)) == []
    tell_fee(subject_request=case, words=COSTS, actor=actor, now=at(9, 2))
    assert reply(case, at(9, 3)) == []
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 3))
    reply(case, at(9, 5), said_at=at(9, 1))  # words from before the question, noted late
    assert open_questions(case) == ["clarification", "fee"]
    said = Said(medium="mail", text="Those of last year.", at=at(9, 5))
    add_message(subject_request=case, said=said, actor=SYSTEM, now=at(9, 5))
    assert open_questions(case) == ["fee"]
    assert HistoryRow.objects.get(kind="clarification_received").detail == "2026-09-05"


def test_a_fee_starts_the_swiss_clock_after_its_reflection(received: MakeCase, lena: User, settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "CH-FADP", "NONE", "Europe/Zurich"
    case, actor = received(), Actor.staff(lena.pk)
    tell_fee(subject_request=case, words=COSTS, actor=actor, now=at(9, 5))
    (row,) = clocks_in_force(case)
    assert (row.due_on, row.statute_on) == (dt.date(2026, 10, 15), dt.date(2026, 10, 15))
    assert "Until 15 September 2026 you can withdraw" in Letter.objects.get(kind="fee").text
    note_answer(subject_request=case, about="fee", actor=actor, now=at(9, 9))
    assert HistoryRow.objects.filter(kind="fee_accepted").exists() and open_questions(case) == []


def test_a_fee_restarts_the_british_clock_when_paid(received: MakeCase, lena: User, settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "UK-GDPR", "GB-ENG", "Europe/London"
    case, actor = received(), Actor.staff(lena.pk)
    tell_fee(subject_request=case, words=COSTS, actor=actor, now=at(9, 2))
    note_answer(subject_request=case, about="fee", actor=actor, now=at(9, 12))
    assert clocks_in_force(case)[0].statute_on == dt.date(2026, 10, 12)


def test_what_cannot_be_asked_or_noted_is_named(received: MakeCase, lena: User) -> None:
    case, actor = received(), Actor.staff(lena.pk)
    with pytest.raises(InvalidInput) as caught:
        ask_clarification(subject_request=case, words="what?", actor=actor, now=at(9, 2))
    assert caught.value.field == "words"
    with pytest.raises(DomainError, match="no such answer"):
        note_answer(subject_request=case, about="clarification", actor=actor, now=at(9, 2))
    ask_clarification(subject_request=case, words=ASK, actor=actor, now=at(9, 2))
    for day in (dt.date(2026, 9, 1), dt.date(2026, 9, 20)):
        with pytest.raises(InvalidInput) as caught:
            note_answer(subject_request=case, about="clarification", actor=actor, now=at(9, 3), on=day)
        assert caught.value.field == "on"
    SubjectRequest.objects.update(state=State.CLOSED)
    with pytest.raises(DomainError, match="Nobody works"):
        tell_fee(subject_request=case, words=COSTS, actor=actor, now=at(9, 3))


def test_both_from_the_console(make_case: MakeCase, lena: User, omar: User) -> None:
    case = make_case()
    case.items.update(right=Right.ACCESS)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=clock.now())
    client, base = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}"
    assert f"{base}/answered/" not in client.get(f"{base}/change/").content.decode()
    assert "We wait for no answer" in client.get(f"{base}/answered/").content.decode()
    page = client.get(f"{base}/ask/?about=clarification").content.decode()
    assert "What exactly they want" in page and "Tell us" not in page
    answer = client.post(f"{base}/ask/", {"about": "clarification", "words": ASK}, follow=True).content.decode()
    assert "The question is on its way" in answer and f"{base}/answered/" in answer
    bad = client.post(f"{base}/answered/", {"about": "fee"})
    assert bad.status_code == 200
    answer = client.post(f"{base}/answered/", {"about": "clarification", "on": ""}, follow=True).content.decode()
    assert "Noted. The time is counted again." in answer
    assert signed_in(omar).post(f"{base}/answered/", {"about": "clarification"}).status_code in {302, 403}

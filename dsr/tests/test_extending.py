"""More time and questions about identity: only as the law allows, and never without a letter."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import HistoryRow, Letter, RequestItem, SubjectRequest
from dsr.services.clocks import clocks_in_force
from dsr.services.extending import ask_identity, extend_deadline
from dsr.services.planning import record_identity_check
from dsr.states import Right, State
from dsr.tests.starting import start_clocks
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WHY = "Your data stands in nine systems, and two of them are being moved."
ASK = "Tell us the number of one of your invoices, or the month of your first order."


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "Europe/Berlin", "DE", "EU-GDPR"


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)


@pytest.fixture
def case(make_case: MakeCase) -> SubjectRequest:
    """Of 1 July 2026: the promise ends on 31 July, the month of the law on 3 August."""
    row = make_case(received_at=at(7, 1), filed_at=at(7, 1))
    start_clocks(subject_request=row, actor=ANONYMOUS, now=at(7, 1))
    return row


def extend(case: SubjectRequest, lena: User, now: dt.datetime, **more: str) -> None:
    values = {"reason": "complexity", "words": WHY, **more}
    extend_deadline(subject_request=case, actor=Actor.staff(lena.pk), now=now, **values)


@pytest.mark.promise(80)
def test_an_extension_inside_the_period_moves_the_day_and_tells_why(case: SubjectRequest, lena: User) -> None:
    assert case.due_on == dt.date(2026, 7, 31)
    extend(case, lena, at(7, 31))
    case.refresh_from_db()
    assert case.due_on == dt.date(2026, 10, 1)
    assert HistoryRow.objects.get(kind="extended").detail == "2026-07-31"
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert mail.subject == f"More time for your request {case.reference}"
    assert WHY in mail.text and "Delete my data: by 1 October 2026" in mail.text and "Art. 77" in mail.text
    assert mail.text == Letter.objects.get(kind="extension").text
    with pytest.raises(DomainError, match="extended before"):
        extend(case, lena, at(7, 31))


@pytest.mark.promise(80)
def test_after_the_period_there_is_none(case: SubjectRequest, lena: User) -> None:
    assert case.due_on == dt.date(2026, 7, 31)
    with pytest.raises(DomainError, match="came after the period had ended on Mon 3 Aug 2026"):
        extend(case, lena, at(8, 4))
    assert not Letter.objects.exists() and not HistoryRow.objects.filter(kind="extended").exists()


def test_told_after_the_promise_was_broken_it_does_not_mend_it(case: SubjectRequest, lena: User) -> None:
    extend(case, lena, at(8, 3))
    case.refresh_from_db()
    (clock_,) = clocks_in_force(case)
    assert (clock_.statute_on, case.due_on) == (dt.date(2026, 10, 1), dt.date(2026, 7, 31))


def test_each_right_has_its_own_new_day_or_keeps_its_old_one(
    make_case: MakeCase, lena: User, settings: Settings
) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR = "US-CA-CCPA", "US-FED"
    case = make_case(received_at=at(7, 1), filed_at=at(7, 1))
    RequestItem.objects.create(subject_request=case, right=Right.OBJECTION)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=at(7, 1))
    extend(case, lena, at(7, 10))
    letter = Letter.objects.get(kind="extension").text
    assert "Stop a certain use: by 23 July 2026" in letter and "Delete my data: by 29 September 2026" in letter


@pytest.mark.parametrize("law", ["CA-QC-LAW25", "BR-LGPD"])
def test_a_law_without_extension_has_none(make_case: MakeCase, lena: User, settings: Settings, law: str) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR = law, "NONE"
    case = make_case(received_at=at(7, 1), filed_at=at(7, 1))
    start_clocks(subject_request=case, actor=ANONYMOUS, now=at(7, 1))
    with pytest.raises(DomainError, match="knows no extension"):
        extend(case, lena, at(7, 3))


def test_what_is_missing_is_named(case: SubjectRequest, lena: User) -> None:
    for field, more in {"reason": {"reason": "holidays"}, "words": {"words": "busy"}}.items():
        with pytest.raises(InvalidInput) as caught:
            extend(case, lena, at(7, 3), **more)
        assert caught.value.field == field
    SubjectRequest.objects.update(state=State.CLOSED)
    with pytest.raises(DomainError, match="still open"):
        extend(case, lena, at(7, 3))


def test_asking_who_asks_stops_the_clock_until_the_answer(make_case: MakeCase, lena: User) -> None:
    case = make_case(received_at=at(7, 1), filed_at=at(7, 1), identity_level="V0", subject=None)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=at(7, 1))
    lena_ = Actor.staff(lena.pk)
    ask_identity(subject_request=case, words=ASK, actor=lena_, now=at(7, 2))
    letter = Letter.objects.get(kind="identity_question")
    assert ASK in letter.text and "Do not send a copy of an identity document." in letter.text
    assert "the days until the answer will be added" in clocks_in_force(case)[0].trace
    with pytest.raises(DomainError, match="asked already"):
        ask_identity(subject_request=case, words=ASK, actor=lena_, now=at(7, 3))
    record_identity_check(subject_request=case, method="known_correspondence", actor=lena_, now=at(7, 6))
    case.refresh_from_db()
    assert case.due_on == dt.date(2026, 8, 4)
    with pytest.raises(DomainError, match="We know who asks"):
        ask_identity(subject_request=case, words=ASK, actor=lena_, now=at(7, 7))


def test_both_from_the_console(make_case: MakeCase, lena: User, omar: User) -> None:
    case = make_case(identity_level="V0", subject=None)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=clock.now())
    client, base = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}"
    page = client.get(f"{base}/change/").content.decode()
    assert f"{base}/extend/" in page and f"{base}/ask/" in page
    assert "Asking now stops the clock" in client.get(f"{base}/ask/").content.decode()
    answer = client.post(f"{base}/ask/", {"about": "identity", "words": ASK}, follow=True)
    assert "The question is on its way" in answer.content.decode()
    assert client.post(f"{base}/extend/", {"reason": "complexity", "words": "busy"}).status_code == 200
    assert not HistoryRow.objects.filter(kind="extended").exists()
    answer = client.post(f"{base}/extend/", {"reason": "number", "words": WHY}, follow=True)
    assert "Extended. The letter is on its way." in answer.content.decode()
    answer = client.post(f"{base}/extend/", {"reason": "number", "words": WHY}, follow=True)
    assert "No law allows that twice" in answer.content.decode()
    assert signed_in(omar).post(f"{base}/extend/", {"reason": "number", "words": WHY}).status_code in {302, 403}
    assert Letter.objects.count() == 2


def test_late_from_the_console_is_refused_with_words(make_case: MakeCase, lena: User) -> None:
    filed = clock.now() - dt.timedelta(days=45)
    case = make_case(received_at=filed, filed_at=filed)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=filed)
    due = SubjectRequest.objects.get(pk=case.pk).due_on
    path = f"/console/dsr/subjectrequest/{case.pk}/extend/"
    answer = signed_in(lena).post(path, {"reason": "complexity", "words": WHY}, follow=True)
    assert "came after the period had ended on" in answer.content.decode()
    assert SubjectRequest.objects.get(pk=case.pk).due_on == due
    assert not Letter.objects.exists() and not HistoryRow.objects.filter(kind="extended").exists()

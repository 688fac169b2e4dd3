"""The clocks of a case: from the day of receipt, explained, and counted again without losing what was counted."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.checks import check_counting
from dsr.explaining import plain_trace
from dsr.models import Clock, HistoryRow, Letter, RequestItem, SubjectRequest
from dsr.periods import Period, period_for
from dsr.services import planning
from dsr.services.clocks import clocks_in_force, note_clock_event, recompute_clocks
from dsr.services.intake import Reach, file_for_person, open_subject_request
from dsr.states import Right, State
from dsr.tests.doors import file, filed_and_confirmed, mails
from dsr.tests.starting import start_clocks
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy import board
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 7, 6, 9, tzinfo=dt.UTC)
NO_OWN = "names no period of its own"
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def noon(month: int, number: int) -> dt.datetime:
    return dt.datetime.combine(day(month, number), dt.time(10), dt.UTC)


@pytest.fixture
def case(db: None) -> SubjectRequest:
    """Received on Monday 1 June: due 1 July by the promise, and by the law on the same day."""
    return open_subject_request(
        rights=["erasure", "access"], email="carol@example.com", actor=ANONYMOUS, now=noon(6, 1)
    )


def note(case: SubjectRequest, name: str, at: dt.datetime, **more: Any) -> list[Clock]:
    actor = Actor.staff(case.pk)
    return note_clock_event(subject_request=case, name=name, actor=actor, now=at, **more)


@pytest.mark.promise(80)
def test_filing_starts_one_clock_for_each_right(case: SubjectRequest) -> None:
    clocks = clocks_in_force(case)
    assert sorted(clock.item.right for clock in clocks) == ["access", "erasure"]
    assert {(clock.number, clock.kind, clock.profile, clock.calendar) for clock in clocks} == {
        (1, "respond", "EU-GDPR", "DE")
    }
    case.refresh_from_db()
    assert case.due_on == case.safe_on == day(7, 1)
    assert HistoryRow.objects.get(kind="clocks_started").detail == "2026-07-01"
    inputs = json.loads(clocks[0].inputs)
    assert (inputs["promise_days"], inputs["flags"], inputs["timezone"]) == (30, ["promise_30d"], "Europe/Berlin")


@pytest.mark.promise(80)
def test_the_promise_of_thirty_days_beats_a_later_day_of_the_law() -> None:
    """1 August 2026 is a Saturday, so the law would wait until Monday 3; the promise ends on 31 July."""
    case = open_subject_request(rights=["access"], email="carol@example.com", actor=ANONYMOUS, now=noon(7, 1))
    (clock,) = clocks_in_force(case)
    assert (clock.due_on, clock.promise_on, clock.statute_on) == (day(7, 31), day(7, 31), day(8, 3))
    with board.switched_off("dsr.answer_in_time"):
        (changed,) = recompute_clocks(subject_request=case, actor=ANONYMOUS, now=noon(7, 2))
    assert (changed.due_on, changed.promise_on) == (day(8, 3), None)


@pytest.mark.promise(69)
def test_a_letter_counts_from_the_day_it_came(omar: User) -> None:
    case = file_for_person(
        rights=["erasure"],
        channel="post",
        received_on=day(6, 16),
        reach=Reach(email="dora@example.com"),
        actor=Actor.staff(omar.pk),
        now=NOW,
    )
    assert case.due_on == day(7, 16)
    assert "You get our answer by 16 July 2026 at the latest." in Letter.objects.get().text


def test_a_letter_from_before_the_calendars_is_still_taken_in(omar: User) -> None:
    case = file_for_person(
        rights=["access"],
        channel="post",
        received_on=dt.date(2019, 5, 6),
        reach=Reach(email="dora@example.com"),
        late_reason="Found behind the cupboard",
        actor=Actor.staff(omar.pk),
        now=NOW,
    )
    (clock,) = clocks_in_force(case)
    assert (clock.due_on, clock.calendar) == (dt.date(2019, 6, 5), "NONE")
    assert "No holidays are known for that time in DE" in clock.trace


def test_both_pages_explain_how_it_was_counted(client: Client, lena: User) -> None:
    case, path = filed_and_confirmed(client)
    trace, plain = clocks_in_force(case)[0].trace, plain_trace(clocks_in_force(case)[0])
    assert plain.startswith("Your request reached us on ") and "We promise you an answer by" in plain
    assert trace.startswith("Received ") and "We promise an answer within 30 days" in trace
    page = client.get(path).content.decode()
    assert f"{case.due_on:%-d %B %Y}" in page and plain in page
    console = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert trace in console and str(case.due_on) in console
    assert f"You get our answer by {case.due_on:%-d %B %Y} at the latest." in mails()[-1].text


def test_the_case_page_says_the_local_day(make_case: MakeCase, lena: User, settings: Settings) -> None:
    settings.KEPT_TIME_ZONE = "Asia/Kolkata"
    case = make_case(received_at=dt.datetime(2026, 7, 5, 20, tzinfo=dt.UTC))  # past midnight there
    start_clocks(subject_request=case, actor=ANONYMOUS, now=NOW)
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert "received 6 July 2026" in page and "Received Mon 6 Jul 2026" in page


def test_an_answered_question_moves_the_clock_and_keeps_the_old_count(case: SubjectRequest) -> None:
    assert {clock.due_on for clock in note(case, "identity_requested", noon(6, 3))} == {day(7, 1)}
    moved = note(case, "identity_confirmed", noon(6, 8))
    assert {(clock.number, clock.due_on) for clock in moved} == {(3, day(7, 6))}
    assert Clock.objects.filter(kind="respond", number=1, due_on=day(7, 1)).count() == 2
    case.refresh_from_db()
    assert case.due_on == day(7, 6)
    assert [row.detail for row in HistoryRow.objects.filter(kind="identity_requested")] == ["2026-06-03"]
    assert HistoryRow.objects.filter(kind="clocks_recomputed").latest("at").detail == "2026-07-06"


def test_counting_again_without_news_appends_nothing(case: SubjectRequest) -> None:
    assert recompute_clocks(subject_request=case, actor=ANONYMOUS, now=noon(6, 9)) == []
    assert (
        Clock.objects.filter(kind="respond").count() == 2
        and not HistoryRow.objects.filter(kind="clocks_recomputed").exists()
    )


def test_a_question_asked_late_stops_nothing(case: SubjectRequest) -> None:
    note(case, "identity_requested", noon(6, 9))
    note(case, "identity_confirmed", noon(6, 20))
    case.refresh_from_db()
    assert case.due_on == day(7, 1)
    assert HistoryRow.objects.get(kind="identity_requested").detail == "2026-06-09 late"
    assert "was late, so the clock ran on" in clocks_in_force(case)[0].trace


def test_an_answer_may_be_noted_for_the_day_it_came_but_not_for_one_to_come(case: SubjectRequest) -> None:
    note(case, "identity_requested", noon(6, 2))
    note(case, "identity_confirmed", noon(6, 10), on=day(6, 5))
    case.refresh_from_db()
    assert case.due_on == day(7, 4) and case.safe_on == day(7, 4)
    wrong: list[dict[str, Any]] = [{"on": day(6, 11)}, {"marker": "rude"}, {"name": "bribed"}]
    for more in wrong:
        with pytest.raises(InvalidInput) as caught:
            note(case, **{"name": "extended", "at": noon(6, 10), **more})
        assert caught.value.field in more


def test_legal_vouching_answers_an_open_question_only(make_case: MakeCase, lena: User) -> None:
    case = make_case(identity_level="V0", subject=None, received_at=noon(6, 1))
    start_clocks(subject_request=case, actor=ANONYMOUS, now=noon(6, 1))
    note(case, "identity_requested", noon(6, 2))
    actor = Actor.staff(lena.pk)
    planning.record_identity_check(subject_request=case, method="call_back", actor=actor, now=noon(6, 4))
    assert HistoryRow.objects.get(kind="identity_confirmed").detail == "2026-06-04"
    assert case.due_on == day(7, 3)
    other = make_case(identity_level="V0", subject=None, received_at=noon(6, 1))
    planning.record_identity_check(subject_request=other, method="call_back", actor=actor, now=noon(6, 4))
    assert not HistoryRow.objects.filter(kind="identity_confirmed", subject_request_id=other.pk).exists()


def test_an_ended_case_and_a_decided_right_are_not_counted_again(case: SubjectRequest) -> None:
    RequestItem.objects.filter(right="access").update(decided_at=noon(6, 3), outcome="fulfilled")
    SubjectRequest.objects.update(home_calendar="NONE")
    changed = recompute_clocks(subject_request=case, actor=ANONYMOUS, now=noon(6, 4))
    assert [clock.item.right for clock in changed] == ["erasure"]
    SubjectRequest.objects.update(state=State.WITHDRAWN, home_calendar="DE")
    case.refresh_from_db()
    assert recompute_clocks(subject_request=case, actor=ANONYMOUS, now=noon(6, 5)) == []
    with pytest.raises(DomainError):
        note(case, "extended", noon(6, 5))


def test_filing_the_same_again_starts_no_second_clock(client: Client) -> None:
    file(client)
    file(client)
    assert Clock.objects.filter(kind="respond").count() == SubjectRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("profile", "right", "found"),
    [
        ("EU-GDPR", "question", Period("EU-GDPR", "question")),
        ("US-CA-CCPA", "objection", Period("US-CA-CCPA", "optout", "US-CA-CCPA names this right optout.")),
        ("US-CA-CCPA", "restriction", Period("US-CA-CCPA", "limit", "US-CA-CCPA names this right limit.")),
        (
            "US-VA",
            "objection",
            Period("US-VA", "access", "US-VA names no period of its own for objection; counted as for access."),
        ),
        ("US-VA", "question", Period("PROMISE", "question", "US-VA names no period for question.")),
        ("IN-DPDP", "access", Period("PROMISE", "access", "IN-DPDP names no period for access.")),
    ],
)
def test_a_right_that_a_law_does_not_name_has_a_period_all_the_same(profile: str, right: str, found: Period) -> None:
    assert period_for(profile, right) == found


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_under_every_law_every_right_can_be_filed(profile: str, settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR = profile, "NONE"
    rights = [right.value for right in Right]
    case = open_subject_request(rights=rights, email="c@example.com", message="Why?", actor=ANONYMOUS, now=NOW)
    assert Clock.objects.filter(kind="respond").count() == len(rights) and case.due_on
    assert case.due_on <= NOW.date() + dt.timedelta(days=30)


def test_settings_that_cannot_count_stop_the_start(settings: Settings) -> None:
    assert check_counting() == []
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU", "GER", "Berlin"
    assert [error.id for error in check_counting()] == ["dsr.E001", "dsr.E002", "dsr.E003"]

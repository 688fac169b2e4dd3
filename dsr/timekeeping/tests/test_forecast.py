"""The forecast of an answer: by the median of what was measured, and silent where too little was."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import RequestItem, SubjectRequest
from dsr.panels import requests
from dsr.services.digest import week_of
from dsr.services.moving import move
from dsr.states import Right, State
from dsr.tests.starting import start_clocks
from dsr.timekeeping.forecasting import forecast, forecasts
from dsr.timekeeping.measuring import measure_steps
from dsr.timekeeping.models import StepTime
from privacy.jobs import periodic
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "UTC", "NONE", "EU-GDPR"


def days(number: float) -> dt.timedelta:
    return dt.timedelta(days=number)


@pytest.fixture
def answered(make_case: MakeCase) -> Callable[..., SubjectRequest]:
    """An erasure that stood so many days in each of received, prepared and running, and was closed at `end`."""

    def make(*stood: float, end: dt.datetime = NOON) -> SubjectRequest:
        at = end - days(sum(stood))
        case = make_case(received_at=at, filed_at=at)
        for state, time in zip((State.PREPARED, State.RUNNING, State.CLOSED), stood, strict=True):
            at += days(time)
            move(subject_request=case, to=state, kind="moved", actor=SYSTEM, now=at)
        return case

    return make


def test_the_median_of_each_step_by_right(answered: MakeCase) -> None:
    for number in (2, 4, 6, 8, 100):
        answered(number, 1, 0.5)
    answered(3, 3, 3, end=NOON - days(400))  # too long ago
    assert measure_steps(now=NOON) == {"cases": 5, "steps": 3}
    found = {row.state: (row.samples, row.median_s) for row in StepTime.objects.all()}
    assert found == {"received": (5, 6 * 86400), "prepared": (5, 86400), "running": (5, 43200)}
    SubjectRequest.objects.update(closed_at=NOON - days(500))
    measure_steps(now=NOON)
    assert not StepTime.objects.exists()


def test_the_forecast_counts_what_is_left_of_the_step_and_those_that_follow(
    answered: MakeCase, make_case: MakeCase
) -> None:
    for number in (2, 4, 6, 8, 10):
        answered(number, 1, 1)
    measure_steps(now=NOON)
    case = make_case(received_at=NOON - days(4), filed_at=NOON - days(4))
    start_clocks(subject_request=case, actor=ANONYMOUS, now=NOON)
    found = forecast(case, NOON)
    assert found and (found.on, found.word) == ((NOON + days(4)).date(), "likely in time")  # 6 - 4, then 1 and 1
    assert "by the median of 5 such requests" in found.sentence
    SubjectRequest.objects.update(filed_at=NOON - days(28))
    case = make_case(received_at=NOON - days(29), filed_at=NOON - days(1))
    start_clocks(subject_request=case, actor=ANONYMOUS, now=NOON)
    found = forecast(case, NOON)
    assert found and (found.word, found.tone) == ("likely late", "danger")
    assert week_of(dt.date(2026, 6, 29)).unowned == 2
    old = make_case(received_at=NOON - days(20), filed_at=NOON - days(20))
    found = forecast(old, NOON)
    assert found and found.is_longer and "for longer than usual" in found.sentence


def test_too_few_say_so_and_a_case_of_several_rights_waits_for_the_slowest(
    answered: MakeCase, make_case: MakeCase
) -> None:
    for _ in range(4):
        answered(1, 1, 1)
    measure_steps(now=NOON)
    case = make_case(received_at=NOON, filed_at=NOON)
    found = forecast(case, NOON)
    assert found and (found.word, found.on) == ("not known yet", None)
    assert found.sentence == "Not known yet: 4 such requests were finished, 5 are needed."
    answered(1, 1, 1)
    measure_steps(now=NOON)
    found = forecast(case, NOON)
    assert found and found.on == (NOON + days(3)).date()
    RequestItem.objects.create(subject_request=case, right=Right.ACCESS)
    found = forecast(case, NOON)
    assert found and found.on is None and found.samples == 0
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.CLOSED)
    case.refresh_from_db()
    assert forecast(case, NOON) is None


def test_the_queue_and_the_case_say_it_in_a_word(
    answered: MakeCase,
    make_case: MakeCase,
    lena: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    now = clock.now()
    for _ in range(5):
        answered(3, 1, 1, end=now)
    measure_steps(now=now)
    cases = [make_case(received_at=now, filed_at=now) for _ in range(3)]
    for case in cases:
        start_clocks(subject_request=case, actor=ANONYMOUS, now=now)
    client = signed_in(lena)
    assert client.get("/console/dsr/subjectrequest/").content.decode().count(">likely in time<") == 3
    page = client.get(f"/console/dsr/subjectrequest/{cases[0].pk}/change/").content.decode()
    assert "likely in time" in page and "by the median of 5 such requests" in page
    loaded = list(SubjectRequest.objects.filter(state=State.RECEIVED).prefetch_related("items"))
    with django_assert_num_queries(2):
        forecasts(loaded, now)


def test_it_is_measured_every_day() -> None:
    assert ("dsr.measure_steps", days(1)) in {(entry.name, entry.period) for entry in periodic.registered()}


def test_another_promise_of_the_policy_is_told_and_moves_nothing(make_case: MakeCase, lena: User) -> None:
    case = make_case(promise_days=45)
    make_case(promise_days=30)
    make_case(promise_days=45, state=State.CLOSED)
    shown = requests(clock.now())[2]
    assert (shown.figure, shown.tone) == ("1", "warn")
    assert "1 of them have more time than it gives now" in shown.text
    page = signed_in(lena).get("/console/dsr/subjectrequest/?show=old_promise").content.decode()
    assert case.reference in page and page.count("K-0") >= 1
    SubjectRequest.objects.update(promise_days=30)
    assert requests(clock.now())[2].tone == "ok"

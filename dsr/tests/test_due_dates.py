"""The month, the calendar feed and the Monday digest: every due date, nobody's name, once a week."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import CalendarFeed, Clock, HistoryRow, SubjectRequest
from dsr.services.calendar_feed import end_feed, make_feed
from dsr.services.digest import send_digests
from dsr.services.moving import move
from dsr.states import State
from dsr.tests.starting import start_clocks
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
MONDAY = dt.date(2026, 6, 29)


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "UTC", "NONE", "EU-GDPR"


@pytest.fixture
def case(make_case: MakeCase) -> SubjectRequest:
    """An open request of alice, received today."""
    found = make_case(received_at=clock.now(), filed_at=clock.now())
    start_clocks(subject_request=found, actor=ANONYMOUS, now=clock.now())
    return found


@pytest.fixture
def in_june(make_case: MakeCase) -> SubjectRequest:
    """An open request that is safe until 1 July 2026."""
    at = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
    found = make_case(received_at=at, filed_at=at)
    start_clocks(subject_request=found, actor=ANONYMOUS, now=at)
    return found


def safe_day(case: SubjectRequest) -> dt.date:
    return Clock.objects.filter(item__subject_request=case).latest("number").safe_on


def month_of(client: Client, day: dt.date) -> str:
    page = client.get(reverse("console:dsr_month", args=[day.year, day.month]))
    assert page.status_code == 200
    return page.content.decode()


def test_the_month_shows_a_request_on_its_safe_day_until_it_has_ended(case: SubjectRequest, lena: User) -> None:
    client, day = signed_in(lena), safe_day(case)
    square = month_of(client, day).partition(f'datetime="{day}"')[2].partition("</td>")[0]
    assert case.reference in square
    move(subject_request=case, to=State.WITHDRAWN, kind="withdrawn", actor=SYSTEM, now=clock.now())
    assert case.reference not in month_of(client, day)


def test_a_month_that_is_none_and_a_person_without_the_right(lena: User, mallory: User) -> None:
    client = signed_in(lena)
    assert client.get("/console/dsr/subjectrequest/month/2026/13/").status_code == 404
    assert client.get("/console/dsr/subjectrequest/month/1/1/").status_code == 404
    assert signed_in(mallory).get("/console/dsr/subjectrequest/month/").status_code in {302, 403}


def test_the_feed_tells_dates_and_nobody_and_ends_with_a_new_link(case: SubjectRequest, lena: User) -> None:
    client = signed_in(lena)
    page = client.post(reverse("console:dsr_month_now"), {"feed": "make"}).content.decode()
    link = page.partition("<code>http://")[2].partition("</code>")[0]
    path = link[link.index("/") :]
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    [event] = Calendar.from_ical(answer.content).events
    assert case.reference in str(event.get("summary"))
    assert event.start == safe_day(case)
    assert b"alice" not in answer.content
    assert b"lena" not in answer.content
    client.post(reverse("console:dsr_month_now"), {"feed": "make"})
    assert Client().get(path).status_code == 404
    assert CalendarFeed.objects.count() == 1


def test_the_feed_ends_with_the_role_and_by_hand(case: SubjectRequest, lena: User) -> None:
    token = make_feed(user=lena, actor=Actor.staff(lena.pk), now=clock.now())
    path = reverse("request_calendar", args=[token])
    assert Client().get(path).status_code == 200
    assert Client().post(path).status_code == 405
    lena.user_permissions.clear()
    assert Client().get(path).status_code == 404
    assert end_feed(user=lena, actor=Actor.staff(lena.pk), now=clock.now())
    assert not end_feed(user=lena, actor=Actor.staff(lena.pk), now=clock.now())


def test_the_digest_once_a_person_and_week_and_not_late_in_it(in_june: SubjectRequest, lena: User, nora: User) -> None:
    for hours in range(0, 7 * 24, 5):
        send_digests(now=dt.datetime.combine(MONDAY, dt.time(1), dt.UTC) + dt.timedelta(hours=hours))
    assert OutboxMessage.objects.filter(template="dsr.digest").count() == 2
    OutboxMessage.objects.all().delete()
    send_digests(now=dt.datetime.combine(MONDAY + dt.timedelta(days=3), dt.time(9), dt.UTC))
    assert not OutboxMessage.objects.exists()


def test_the_digest_says_what_is_due_and_names_nobody(
    in_june: SubjectRequest, lena: User, make_case: Callable[..., SubjectRequest]
) -> None:
    before = dt.datetime.combine(MONDAY - dt.timedelta(days=2), dt.time(9), dt.UTC)
    for state, actor in (("closed", "system"), ("closed", "staff"), ("expired", "system")):  # one by a person
        ended = make_case(state=state, closed_at=before)
        HistoryRow.objects.create(subject_request_id=ended.pk, kind=state, to_state=state, actor_kind=actor, at=before)
    send_digests(now=dt.datetime.combine(MONDAY, dt.time(6), dt.UTC))
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert mail.subject == "Week of 2026-06-29: 1 answer due"
    assert f"erasure {in_june.reference}" in mail.text
    assert "us 1, the person 0" in mail.text
    assert "In the week before, Kept finished 1 by itself and ended 1 that nobody confirmed." in mail.text
    assert "alice" not in mail.text

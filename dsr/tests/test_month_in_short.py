"""The month shows a few of each day, however much is due on it, and leads to the rest."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.due_dates import SHOWN_A_DAY, weeks_of_month
from dsr.models import Clock, SubjectRequest
from dsr.services.moving import move
from dsr.states import State
from dsr.tests.starting import start_clocks
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM
from privacy.testing.cast import signed_in
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
QUEUE = "/console/dsr/subjectrequest/"


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "UTC", "NONE", "EU-GDPR"


@pytest.fixture
def received() -> Callable[[int], list[SubjectRequest]]:
    """So many requests of one day, with their clocks."""

    def make(count: int, days_ago: int = 0) -> list[SubjectRequest]:
        at = clock.now() - dt.timedelta(days=days_ago)
        cases = [CaseFactory.create(received_at=at, filed_at=at) for _ in range(count)]
        for case in cases:
            start_clocks(subject_request=case, actor=ANONYMOUS, now=at)
        return cases

    return make


Received = Callable[..., list[SubjectRequest]]


def shown(cases: list[SubjectRequest], day: dt.date) -> tuple[list[str], bool]:
    """What the square of this day names of them, and whether it says that there is more."""
    [square] = [one for week in weeks_of_month(day.year, day.month) for one in week if one.on == day]
    return sorted(one.case.reference for one in square.due), square.has_more


def test_a_day_shows_all_of_few_and_a_few_of_many(received: Received) -> None:
    cases = received(SHOWN_A_DAY)
    day = Clock.objects.filter(kind="respond")[0].safe_on
    assert shown(cases, day) == (sorted(case.reference for case in cases), False)
    more = received(3)
    names, has_more = shown(cases, day)
    assert len(names) == SHOWN_A_DAY and has_more
    for case in more:
        move(subject_request=case, to=State.WITHDRAWN, kind="withdrawn", actor=SYSTEM, now=clock.now())
    assert shown(cases, day) == (sorted(case.reference for case in cases), False), "what has ended takes no place"


def test_other_clocks_stand_on_their_own_days_with_what_they_ask_for(received: Received) -> None:
    [case] = received(1)
    row = Clock.objects.get(kind="respond")
    later = row.safe_on + dt.timedelta(days=3)
    values = {"item": row.item, "kind": "compliance_notice", "profile": "x", "calendar": "x", "rule_version": "1"}
    Clock.objects.create(due_on=later, safe_on=later, **values)
    assert shown([case], later) == shown([case], row.safe_on) == ([case.reference], False)
    Clock.objects.create(number=2, due_on=row.due_on, safe_on=row.safe_on, **values)
    assert shown([case], later) == ([], False), "only the newest count of a clock is in force"


def test_the_page_leads_to_all_of_a_day_and_to_all_that_is_overdue(received: Received, lena: User) -> None:
    client, cases = signed_in(lena), received(SHOWN_A_DAY + 2)
    day = Clock.objects.filter(kind="respond")[0].safe_on
    page = client.get(reverse("console:dsr_month", args=[day.year, day.month])).content.decode()
    link = f"{QUEUE}?show=all&amp;day={day}"
    assert f'<a href="{link}">More than {SHOWN_A_DAY}: all of' in page
    found = client.get(link.replace("&amp;", "&")).content.decode()
    assert all(case.reference in found for case in cases)
    other = client.get(f"{QUEUE}?show=all&day={day + dt.timedelta(days=40)}").content.decode()
    assert not any(case.reference in other for case in cases)
    received(21, 90)
    page = client.get(reverse("console:dsr_month_now")).content.decode()
    assert "More than 20 overdue" in page and f"{QUEUE}?show=overdue" in page


@pytest.mark.parametrize("day", ["2026-13-45", "x", "", "2026-01-01' OR 1=1", "\u0662\u0660"])
def test_a_day_that_is_none_shows_no_error(lena: User, day: str) -> None:
    assert signed_in(lena).get(QUEUE, {"show": "all", "day": day}, follow=True).status_code == 200


def test_open_requests_are_found_by_right_and_law(lena: User) -> None:
    wanted = CaseFactory.create(home_regime="EU-GDPR")
    others = [
        CaseFactory.create(home_regime="US-CA-CCPA"),
        CaseFactory.create(home_regime="EU-GDPR", regime="US-CA-CCPA"),
    ]
    others[0].items.update(right="access")
    client: Client = signed_in(lena)
    for show in ("", "&show=all"):
        page = client.get(f"{QUEUE}?right=erasure&law=EU-{show}").content.decode()
        assert wanted.reference in page and not any(case.reference in page for case in others)
        assert wanted.reference not in client.get(f"{QUEUE}?right=access&law=EU-{show}").content.decode()

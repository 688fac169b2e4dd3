"""Who is reminded of what: the owner first, then the team and those who may approve; each once, whoever runs it."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.services.assigning import assign_case
from dsr.services.reminding import remind
from dsr.states import State
from dsr.tests.starting import start_clocks
from privacy.jobs.models import OutboxMessage
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.testing.cast import make_user, signed_in

MakeCase = Callable[..., SubjectRequest]
JUNE = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)  # safe until 1 July


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "UTC", "NONE", "EU-GDPR"


@pytest.fixture
def wilma(db: None) -> User:
    """Works on requests and may approve nothing."""
    return make_user("wilma@kept.example", "work_subject_request", is_staff=True)


@pytest.fixture
def paul(db: None) -> User:
    """As wilma."""
    return make_user("paul@kept.example", "work_subject_request", is_staff=True)


def case_of(make_case: MakeCase, owner: User | None) -> SubjectRequest:
    case = make_case(received_at=JUNE, filed_at=JUNE, assigned_to=owner.pk if owner else None)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=JUNE)
    return case


def told_on(month: int, day: int) -> set[str]:
    """Who gets a reminder by the run of that day, by the first part of the address."""
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    remind(actor=SYSTEM, now=dt.datetime(2026, month, day, 9, tzinfo=dt.UTC))
    rows = OutboxMessage.objects.filter(template="dsr.reminder").exclude(pk__in=before)
    return {row.recipient.partition("@")[0] for row in rows}


@pytest.mark.promise(80)
@pytest.mark.django_db
def test_the_owner_first_then_the_team_and_those_who_may_approve(
    make_case: MakeCase, wilma: User, paul: User, lena: User
) -> None:
    case_of(make_case, wilma)
    assert told_on(6, 17) == {"wilma"}
    assert told_on(6, 24) == {"wilma"}
    assert told_on(6, 28) == {"wilma", "paul", "lena"}
    assert told_on(6, 30) == {"wilma", "paul", "lena"}
    assert told_on(7, 2) == {"wilma", "paul", "lena"}
    assert told_on(7, 4) == {"wilma", "lena"}
    assert told_on(7, 20) == set()


@pytest.mark.django_db
def test_what_nobody_works_on_is_everybodys_and_so_is_what_somebody_left(
    make_case: MakeCase, wilma: User, paul: User, lena: User
) -> None:
    case = case_of(make_case, None)
    assert told_on(6, 17) == {"wilma", "paul", "lena"}
    SubjectRequest.objects.update(assigned_to=paul.pk)
    User.objects.filter(pk=paul.pk).update(is_active=False)
    assert told_on(6, 24) == {"wilma", "lena"}
    case.refresh_from_db()
    assert case.assigned_to == paul.pk


@pytest.mark.promise(80)
@pytest.mark.django_db
def test_after_downtime_over_every_stage_each_is_told_once(make_case: MakeCase, wilma: User, lena: User) -> None:
    case_of(make_case, wilma)
    assert told_on(7, 10) == {"wilma", "lena"}  # the worker stood still for six weeks
    assert [row.context["stage"] for row in OutboxMessage.objects.all()] == ["escalation"] * 2
    assert told_on(7, 10) == told_on(7, 11) == set()


@pytest.mark.promise(80)
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(make_case: MakeCase, wilma: User, paul: User, lena: User) -> None:
    for _ in range(3):
        case_of(make_case, wilma)
    start, faults = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait(10)
            remind(actor=SYSTEM, now=dt.datetime(2026, 6, 28, 9, tzinfo=dt.UTC))
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if connection.vendor == "postgresql":
        assert not faults
    keys = list(OutboxMessage.objects.filter(template="dsr.reminder").values_list("idem_key", flat=True))
    assert len(keys) == len(set(keys)) == 9


@pytest.mark.django_db
def test_a_case_is_taken_on_and_given_back(make_case: MakeCase, wilma: User, omar: User) -> None:
    case = case_of(make_case, None)
    actor = Actor.staff(wilma.pk)
    assert assign_case(subject_request=case, to=wilma, actor=actor, now=JUNE)
    assert not assign_case(subject_request=case, to=wilma, actor=actor, now=JUNE)
    assert HistoryRow.objects.get(kind="assigned").detail == str(wilma.pk)
    with pytest.raises(InvalidInput):
        assign_case(subject_request=case, to=omar, actor=actor, now=JUNE)
    assert assign_case(subject_request=case, to=None, actor=actor, now=JUNE)
    SubjectRequest.objects.update(state=State.CLOSED)
    with pytest.raises(DomainError, match="ended"):
        assign_case(subject_request=case, to=wilma, actor=actor, now=JUNE)


@pytest.mark.django_db
def test_from_the_case_page(make_case: MakeCase, wilma: User, omar: User) -> None:
    case = case_of(make_case, None)
    client, base = signed_in(wilma), f"/console/dsr/subjectrequest/{case.pk}"
    assert "Nobody works on this request yet." in client.get(f"{base}/change/").content.decode()
    answer = client.post(f"{base}/assign/", {"to": "me"}, follow=True).content.decode()
    assert "You work on it now" in answer and "Give it back" in answer
    client.post(f"{base}/assign/", {"to": "nobody"})
    case.refresh_from_db()
    assert case.assigned_to is None
    assert client.get(f"{base}/assign/").status_code == 405
    assert signed_in(omar).post(f"{base}/assign/", {"to": "me"}).status_code in {302, 403}

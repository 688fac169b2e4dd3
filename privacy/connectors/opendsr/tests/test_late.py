"""A vendor that is not done by the day it named itself: somebody of the case is told, once."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.models import User
from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.notices.models import Task
from dsr.notices.tasks import tend_tasks
from dsr.services import approving, planning
from dsr.states import State
from dsr.tests.conftest import house, make_case  # noqa: F401 - fixtures
from privacy.connectors.models import VendorRequest
from privacy.connectors.opendsr import polling
from privacy.connectors.opendsr.tests.fake import FakeVendor
from privacy.jobs.models import Job, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data.contract import answering, handlers
from privacy.testing.cast import make_user, signed_in

MakeCase = Callable[..., SubjectRequest]
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
    lena: User,
    nora: User,
) -> SubjectRequest:
    """Lena's case: its erasure waits for the vendor, which said that it is done in two days."""
    case, now = make_case(assigned_to=lena.pk), clock.now()
    vendor.expected = (now + 2 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=now)
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=now)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED
    return case


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in(make_user("oscar@kept.example", "manage_systems", is_staff=True))


def chased() -> "list[Task]":
    return list(Task.objects.filter(kind="chase").order_by("created_at"))


def local(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment, settings.KEPT_TIME_ZONE)


def test_a_passed_day_is_a_task_of_the_case_and_a_panel_once(
    waiting: SubjectRequest, vendor: FakeVendor, lena: User, nora: User
) -> None:
    now = clock.now()
    assert polling.poll(now + DAY)["late"] == 0 and not chased()
    assert polling.poll(now + 3 * DAY)["late"] == 1
    assert polling.poll(now + 4 * DAY)["late"] == 0  # a restart asks again, and finds it told
    (task,) = chased()
    named = local(now + 2 * DAY)
    assert (task.subject_request, task.owner, task.label) == (waiting, lena.pk, "Vendor")
    assert task.about == f"vendor:{named}" and not task.is_blocking
    for _ in range(2):
        tend_tasks(now=now + 3 * DAY)
    reminders = OutboxMessage.objects.filter(template="dsr.task_reminder")
    assert [mail.recipient for mail in reminders] == [lena.email]  # the owner alone, once
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{waiting.pk}/tasks/").content.decode()
    assert "Ask a vendor that is late: Vendor, an erasure" in page and str(named) in page
    assert "alice" not in page


def test_the_start_page_names_the_vendor_and_its_day(waiting: SubjectRequest, operator: Client) -> None:
    now = clock.now()
    assert "none is past the day that the vendor named" in operator.get("/console/").content.decode()
    polling.poll(now + 3 * DAY)
    assert f"vendor named {local(now + 2 * DAY)}" in operator.get("/console/").content.decode()


def test_its_answer_ends_the_task_and_the_case_closes(waiting: SubjectRequest, vendor: FakeVendor) -> None:
    polling.poll(clock.now() + 3 * DAY)
    (request,) = vendor.requests
    vendor.complete(request)
    body, headers = vendor.callback(request)
    Client().post("/opendsr/callbacks/vendor", body, content_type="application/json", headers=headers)
    run_until_empty()
    waiting.refresh_from_db()
    assert waiting.state == State.CLOSED and [task.state for task in chased()] == ["done"]
    assert HistoryRow.objects.filter(kind="task_answered", detail="chase:vendor:done").count() == 1


def test_another_day_that_it_names_may_pass_too(waiting: SubjectRequest, vendor: FakeVendor, lena: User) -> None:
    now = clock.now()
    polling.poll(now + 3 * DAY)
    vendor.expected = (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert polling.poll(now + 4 * DAY)["late"] == 0 and len(chased()) == 1
    assert polling.poll(now + 10 * DAY)["late"] == 1 and len(chased()) == 2
    client, task = signed_in(lena), chased()[0]
    answer = {"row": str(task.pk), f"{task.pk}-answer": "done", f"{task.pk}-note": "They promised it for next week."}
    client.post(f"/console/dsr/subjectrequest/{waiting.pk}/tasks/", answer)
    assert [each.state for each in chased()] == ["done", "open"]


def test_a_copy_that_is_late_is_a_task_of_its_case_alone(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
    bob: User,
) -> None:
    case, other = make_case(), make_case(subject=bob.subject, contact={"name": "Bob", "email": bob.email})
    for each in (case, other):
        each.items.all().delete()
        RequestItem.objects.create(subject_request=each, right="access")
    now = clock.now()
    vendor.expected = (now + DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    with answering(), pytest.raises(Exception, match=f"by {local(now + DAY)}"):
        handlers.get("vendor").find(planning.person_of_case(case))
    polling.poll(now + 2 * DAY)
    (task,) = chased()
    assert task.subject_request == case and task.what == "a copy"


def test_an_erasure_that_the_vendor_cancels_is_a_task_and_filed_anew_some_days_later(
    waiting: SubjectRequest, vendor: FakeVendor
) -> None:
    (first,) = vendor.requests
    vendor.requests[first]["request_status"] = "cancelled"
    now = clock.now()
    for _ in range(2):
        polling.poll(now)
        run_until_empty()
    (task,) = chased()
    assert task.about == "vendor:cancelled" and len(vendor.filings) == 1
    VendorRequest.objects.update(changed_at=now - 3 * DAY - dt.timedelta(hours=1))
    polling.poll(now + dt.timedelta(seconds=1))
    Job.objects.filter(kind="dsr.advance_run").update(run_after=now)
    run_until_empty()
    assert len(vendor.filings) == 2
    (second,) = set(vendor.requests) - {first}
    vendor.complete(second)
    polling.poll(now + dt.timedelta(seconds=2))
    Job.objects.filter(kind="dsr.advance_run").update(run_after=now)
    run_until_empty()
    waiting.refresh_from_db()
    assert waiting.state == State.CLOSED and [each.state for each in chased()] == ["done"]
    assert vendor.records == {"3": "bob@example.com"}


@pytest.mark.parametrize(
    "said", ["", "soon", "2026-99-99", "2026-12-26T10:00:00", "0001-01-01T00:00:00+14:00", 7, None]
)
def test_a_day_that_is_none_is_not_waited_for(waiting: SubjectRequest, vendor: FakeVendor, said: Any) -> None:
    VendorRequest.objects.update(expected_at=None)
    vendor.expected = said
    assert polling.poll(clock.now() + 400 * DAY)["late"] == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once(waiting: SubjectRequest) -> None:
    moment, gate, told = clock.now() + 3 * DAY, threading.Barrier(2), list[int | str]()

    def work() -> None:
        try:
            gate.wait(10)
            told.append(polling.poll(moment)["late"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(map(int, told)) == [0, 1] and len(chased()) == 1

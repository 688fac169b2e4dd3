"""A whole case with a vendor in it: it stays open until the vendor says that it is done."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from dsr.models import RequestItem, Step, SubjectRequest
from dsr.services import approving, planning
from dsr.services.ending import withdraw_subject_request
from dsr.states import Answer, State
from dsr.tests.conftest import house, make_case  # noqa: F401 - fixtures
from privacy.connectors.models import VendorRequest
from privacy.connectors.opendsr.polling import poll
from privacy.connectors.opendsr.tests.fake import FakeVendor
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.personal_data.contract import HandlerUnavailable, answering, handlers

pytestmark = pytest.mark.django_db
MORE_THAN_ANY_JOB_MAY_FAIL = 30
MakeCase = Callable[..., SubjectRequest]


def erasing(make: MakeCase, lena: User, nora: User) -> SubjectRequest:
    """A case whose approved erasure the vendor was asked for."""
    case, now = make(), clock.now()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=now)
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=now)
    run_until_empty()
    return case


def test_pending_keeps_the_case_open_and_the_callback_closes_it(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
    lena: User,
    nora: User,
) -> None:
    case = erasing(make_case, lena, nora)
    case.refresh_from_db()
    assert case.state == State.BLOCKED and len(vendor.filings) == 1
    (request,) = vendor.requests
    vendor.complete(request)
    body, headers = vendor.callback(request)
    answer = Client().post("/opendsr/callbacks/vendor", body, content_type="application/json", headers=headers)
    assert answer.status_code == 202
    run_until_empty()  # nobody moved the clock: the callback woke it
    case.refresh_from_db()
    assert case.state == State.CLOSED and Step.objects.get(handler="vendor").answer == Answer.DONE
    assert vendor.records == {"3": "bob@example.com"} and len(vendor.filings) == 1


def test_a_vendor_that_takes_weeks_is_no_failure_of_a_job(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
    lena: User,
    nora: User,
) -> None:
    """However often it is asked in its time, nobody is called for a job: that is what the vendor's own day is for."""
    case = erasing(make_case, lena, nora)
    for _ in range(MORE_THAN_ANY_JOB_MAY_FAIL):
        Job.objects.filter(state=JobState.READY).update(run_after=clock.now())
        run_until_empty()
    assert not Job.objects.filter(state=JobState.NEEDS_HUMAN).exists()
    case.refresh_from_db()
    assert case.state == State.BLOCKED and len(vendor.filings) == 1


def asking_for_a_copy(make: MakeCase, vendor: FakeVendor) -> SubjectRequest:
    """A case whose copy the vendor was asked for."""
    case = make()
    case.items.all().delete()
    RequestItem.objects.create(subject_request=case, right="access")
    with answering(), pytest.raises(HandlerUnavailable, match="not completed"):
        handlers.get("vendor").find(planning.person_of_case(case))
    return case


def withdraw(case: SubjectRequest) -> None:
    withdraw_subject_request(subject_request=case, actor=OPERATOR, now=clock.now())


def test_a_copy_that_nobody_waits_for_is_called_off_at_the_vendor(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
) -> None:
    case = asking_for_a_copy(make_case, vendor)
    (request,) = vendor.requests
    assert poll(clock.now())["changed"] == 0
    withdraw(case)
    assert vendor.requests[request]["request_status"] == "pending"  # nothing is sent within a transaction
    assert poll(clock.now())["changed"] == 1 and poll(clock.now())["changed"] == 0
    assert vendor.requests[request]["request_status"] == "cancelled"
    assert VendorRequest.objects.get().status == "cancelled"
    asking_for_a_copy(make_case, vendor)  # asked for again, it is a new request
    assert len(vendor.requests) == 2


def test_it_is_not_while_another_request_waits_nor_when_the_vendor_is_too_far(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
) -> None:
    first, second = asking_for_a_copy(make_case, vendor), asking_for_a_copy(make_case, vendor)
    (request,) = vendor.requests
    withdraw(first)
    poll(clock.now())
    assert vendor.requests[request]["request_status"] == "pending"
    vendor.requests[request]["request_status"] = "in_progress"
    withdraw(second)
    poll(clock.now())
    assert VendorRequest.objects.get().status == "in_progress"
    third = asking_for_a_copy(make_case, vendor)  # somebody waits again, before it could be called off
    assert VendorRequest.objects.get().unwanted_at is None and len(vendor.requests) == 1
    vendor.complete(request)
    with answering():
        assert [found.rows for found in handlers.get("vendor").find(planning.person_of_case(third))] == [2]

"""A whole case with a vendor in it: it stays open until the vendor says that it is done."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from dsr.models import Step, SubjectRequest
from dsr.services import approving, planning
from dsr.states import Answer, State
from dsr.tests.conftest import house, make_case  # noqa: F401 - fixtures
from privacy.connectors.opendsr.tests.fake import FakeVendor
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def test_pending_keeps_the_case_open_and_the_callback_closes_it(
    make_case: MakeCase,  # noqa: F811 - the fixture
    vendor: FakeVendor,
    lena: User,
    nora: User,
) -> None:
    case, now = make_case(), clock.now()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=now)
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=now)
    run_until_empty()
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

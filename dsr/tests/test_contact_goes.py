"""How a case reached the person goes three months after it was closed, and not before."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import Contact, SubjectRequest
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.policy.models import PolicyVersion
from privacy.retention.services import dry_run, enable_rule, start_run
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.promise(82)
def test_the_contact_of_a_closed_case_goes_on_its_day(
    demo_policy: PolicyVersion, make_case: Callable[..., SubjectRequest], settings: Settings, lena: User
) -> None:
    settings.KEPT_DEMO = True
    now = clock.now()
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    wanted = {
        make_case(closed_at=now).pk: today - dt.timedelta(days=1),
        make_case(closed_at=now).pk: today,
        make_case().pk: today - dt.timedelta(days=1),  # still open
        make_case(closed_at=now).pk: None,
    }
    for case, day in wanted.items():
        Contact.objects.filter(subject_request=case).update(erase_on=day)
    assert dry_run(code="case_contact", actor=SYSTEM, now=now).due == 1
    enable_rule(code="case_contact", actor=SYSTEM, now=now)
    start_run(code="case_contact", actor=SYSTEM, now=now)
    run_until_empty()
    gone = next(iter(wanted))
    assert set(Contact.objects.values_list("subject_request", flat=True)) == set(wanted) - {gone}
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{gone}/change/")
    assert page.status_code == 200 and "alice@example.com" not in page.content.decode()

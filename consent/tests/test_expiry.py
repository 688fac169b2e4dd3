"""Consent runs out by its date, whether or not the job that tells the history has run, and however the clock jumps."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from consent.expiring import expire_consents
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.tests.conftest import choose
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import Job
from privacy.jobs.periodic import tick
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock

pytestmark = pytest.mark.django_db
VALID = dt.timedelta(days=730)


def may(user: User, now: dt.datetime) -> tuple[bool, str]:
    decision = decide_for((user.subject_id,), "click_tracking", now=now)
    return decision.allowed, decision.reason


def test_the_decision_never_waits_for_the_job(alice: User, demo_policy: Any) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now)
    assert may(alice, now + VALID - dt.timedelta(seconds=1)) == (True, "given")
    assert may(alice, now + VALID) == (False, "expired")
    assert expire_consents(now=now + VALID) == 1
    assert may(alice, now + VALID) == (False, "expired")
    event = ConsentEvent.objects.latest("at")
    assert (event.status, event.previous, event.door) == ("expired", "given", "system")
    assert verify_ledger(now=clock.now()).faults == []


def test_it_is_told_once_however_often_the_job_runs(alice: User, bob: User, demo_policy: Any) -> None:
    now = clock.now()
    for user in (alice, bob):
        choose(user, "click_tracking", allow=True, now=now)
        choose(user, "newsletter", allow=True, now=now)  # without an end
    assert expire_consents(now=now) == 0
    assert expire_consents(now=now + VALID, most=1) == 1
    assert [expire_consents(now=now + VALID) for _ in range(3)] == [1, 0, 0]
    assert ConsentEvent.objects.filter(status="expired").count() == 2


def test_a_clock_that_jumps_over_the_end_and_back_leaves_the_safe_side(alice: User, demo_policy: Any) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now)
    expire_consents(now=now + VALID)
    assert may(alice, now) == (False, "expired")  # told wrongly is denied all the same
    choose(alice, "click_tracking", allow=True, now=now)  # the clock stands before the last event
    row = Preference.objects.get()
    assert (row.status, row.event_id) == ("given", ConsentEvent.objects.latest("at").pk)
    assert may(alice, now)[0]


def test_a_yes_after_the_end_is_a_new_one_with_a_new_end(alice: User, demo_policy: Any) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now - VALID)
    expire_consents(now=now)
    choose(alice, "click_tracking", allow=True, now=now)
    assert may(alice, now + dt.timedelta(days=729))[0]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_tell_it_once(alice: User, demo_policy: Any) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now)
    start, told = threading.Barrier(3), []

    def expire() -> None:
        start.wait()
        try:
            told.append(expire_consents(now=now + VALID))
        finally:
            connection.close()

    threads = [threading.Thread(target=expire) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 0, 1]


def test_the_hourly_job_does_it(alice: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True, now=clock.now() - VALID)
    tick(clock.now())
    run_until_empty()
    assert Preference.objects.get().status == "expired"
    assert '"expired":1' in Job.objects.get(kind="consent.expire").result

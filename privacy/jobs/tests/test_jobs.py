"""A job runs until it is done or a human sees it; at most one worker's result counts."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from privacy.audit.models import AuditEvent
from privacy.jobs import periodic
from privacy.jobs.claiming import Claim, LostLease, claim_job
from privacy.jobs.models import Heartbeat, Job, JobState
from privacy.jobs.registry import UnknownKind, job_kind
from privacy.jobs.services import enqueue, retry_job
from privacy.jobs.worker import MOST_DEATHS, run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import StaleState
from privacy.personal_data.models import Subject

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def make_job(kind: str = "test.subject", key: str = "k") -> Job:
    return enqueue(kind, idem_key=key, payload={"n": 1}, now=clock.now())


def a_kind_that_makes_a_subject() -> None:
    @job_kind("test.subject", max_attempts=2)
    def make(claim: Claim) -> dict[str, int | str]:
        Subject.objects.create()
        return {"made": 1}


def expire_lease() -> None:
    Job.objects.update(lease_until=LONG_AGO)


def test_it_runs_once_and_the_same_key_makes_one_job() -> None:
    a_kind_that_makes_a_subject()
    assert make_job().pk == make_job().pk
    assert run_until_empty() == 1
    job = Job.objects.get()
    assert (job.state, job.attempts, job.result) == (JobState.DONE, 1, '{"made":1}')
    assert Subject.objects.count() == 1 and not run_one()


def test_a_job_for_later_waits() -> None:
    a_kind_that_makes_a_subject()
    enqueue("test.subject", idem_key="k", payload={}, now=clock.now(), run_after=clock.now() + dt.timedelta(hours=1))
    assert not run_one()


def test_an_unknown_kind_and_a_payload_with_an_address_are_refused() -> None:
    a_kind_that_makes_a_subject()
    with pytest.raises(UnknownKind):
        enqueue("test.nobody", idem_key="k", payload={}, now=clock.now())
    with pytest.raises(ValueError, match="ids, codes and counts"):
        enqueue("test.subject", idem_key="k", payload={"to": "alice@example.com"}, now=clock.now())


def test_a_failing_job_waits_longer_each_time_then_a_human_sees_it_and_can_retry_it() -> None:
    @job_kind("test.poison", max_attempts=2)
    def poison(claim: Claim) -> None:
        Subject.objects.create()
        raise KeyError("alice@example.com")

    make_job("test.poison")
    for _ in range(2):
        assert run_one()
        Job.objects.update(run_after=LONG_AGO)
    job = Job.objects.get()
    assert (job.state, job.last_error_code, job.attempts) == (JobState.NEEDS_HUMAN, "KeyError", 2)
    assert Subject.objects.count() == 0  # what it did was rolled back with it
    assert AuditEvent.objects.filter(type="jobs.stuck").count() == 1 and not run_one()
    retry_job(job=job, actor=OPERATOR, now=clock.now())
    assert run_one()
    with pytest.raises(StaleState):
        retry_job(job=job, actor=OPERATOR, now=clock.now())


def test_a_worker_that_slept_over_its_lease_cannot_finish_and_its_writes_are_undone() -> None:
    a_kind_that_makes_a_subject()
    make_job()
    slow = claim_job()
    assert slow is not None and claim_job() is None  # nobody else gets it meanwhile
    expire_lease()
    fast = claim_job()
    assert fast is not None and fast.fence == slow.fence + 1
    with pytest.raises(LostLease), transaction.atomic():
        Subject.objects.create()
        slow.finish({})
    assert Subject.objects.count() == 0
    with pytest.raises(LostLease), transaction.atomic():
        slow.hold()
    with transaction.atomic():
        fast.hold()
        fast.finish({})
    assert Job.objects.get().state == JobState.DONE


def test_a_job_whose_worker_vanished_is_taken_over_at_once_and_its_failures_alone_make_it_wait() -> None:
    a_kind_that_makes_a_subject()
    make_job()
    for _ in range(5):
        assert claim_job() is not None  # and then the worker is killed
        expire_lease()
    job = Job.objects.get()
    assert (job.attempts, job.deaths, job.fence) == (1, 4, 5)
    assert run_one() and Subject.objects.count() == 1


def test_a_job_that_kills_every_worker_reaches_a_human_who_can_try_it_again() -> None:
    a_kind_that_makes_a_subject()
    make_job()
    for _ in range(MOST_DEATHS + 1):
        assert claim_job() is not None
        expire_lease()
    assert run_one() and Subject.objects.count() == 0
    job = Job.objects.get()
    assert (job.state, job.last_error_code) == (JobState.NEEDS_HUMAN, "WorkerLost")
    assert AuditEvent.objects.filter(type="jobs.stuck").count() == 1
    retry_job(job=job, actor=OPERATOR, now=clock.now())
    assert run_one() and Subject.objects.count() == 1


def test_a_long_job_that_gets_somewhere_is_not_given_up_for_its_dead_workers() -> None:
    a_kind_that_makes_a_subject()
    make_job()
    assert claim_job() is not None
    expire_lease()
    claim = claim_job()
    assert claim is not None and claim.deaths == 1
    with transaction.atomic():
        claim.hold()
        claim.note_progress()
    assert Job.objects.get().deaths == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_job_exactly_once() -> None:
    a_kind_that_makes_a_subject()
    for number in range(30):
        make_job(key=str(number))
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        run_until_empty()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Subject.objects.count() == 30
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.DONE, 1)}


@pytest.mark.django_db(transaction=True)
def test_five_schedulers_start_each_period_once_and_downtime_runs_the_newest_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_kind_that_makes_a_subject()
    entry = periodic.Periodic("test.daily", dt.timedelta(days=1), "test.subject")
    monkeypatch.setattr(periodic, "_periodic", {entry.name: entry})
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    start = threading.Barrier(5)

    def schedule() -> None:
        start.wait()
        periodic.tick(now)
        connection.close()

    threads = [threading.Thread(target=schedule) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1
    periodic.tick(now + dt.timedelta(hours=2))
    assert Job.objects.count() == 1
    periodic.tick(now + dt.timedelta(days=3))
    assert Job.objects.count() == 2
    assert Heartbeat.objects.get(name="test.daily").at == dt.datetime(2026, 3, 4, tzinfo=dt.UTC)

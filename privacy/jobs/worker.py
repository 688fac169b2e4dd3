"""The worker: polls the table by itself, every few seconds, whatever happens to Celery and Redis."""

import datetime as dt
import logging
import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import close_old_connections, connection, transaction

from privacy.audit.services import record
from privacy.jobs import bell, periodic
from privacy.jobs.audit_events import JOB_STUCK
from privacy.jobs.claiming import Claim, LostLease, claim_job, extend_lease
from privacy.jobs.models import Job, JobState
from privacy.jobs.quarantine import is_quarantined
from privacy.jobs.registry import JobKind, UnknownKind, known_kind
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import StaleState

FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600
MOST_DEATHS = 50  # far more than restarts, deploys and drills explain: the job itself kills its worker
logger = logging.getLogger("kept.jobs")


class WorkerLost(Exception):
    """The workers that had this job vanished again and again, and none could say why."""


def run_one(*, job_id: uuid.UUID | None = None) -> bool:
    """Claim one job and do it. False where there was nothing to do."""
    claim = claim_job(job_id=job_id)
    if claim is None:
        return False
    with _heartbeat(claim):
        try:
            if claim.deaths > MOST_DEATHS:
                _note_failure(claim, WorkerLost(), max_attempts=0)
                return True
            kind = known_kind(claim.kind)
            _do(kind, claim)
        except (LostLease, StaleState) as lost:
            logger.warning("lost the job to another worker", extra={"fields": {"error": type(lost).__name__}})
        except UnknownKind as error:
            _note_failure(claim, error, max_attempts=1)
        except Exception as error:
            logger.warning("job failed", exc_info=True, extra={"fields": {"job": str(claim.id), "kind": claim.kind}})
            _note_failure(claim, error, max_attempts=kind.max_attempts)
    return True


def run_until_empty(*, most: int = 1000) -> int:
    """Do everything that is due now; how many jobs were done. For commands and tests."""
    done = 0
    while done < most and run_one():
        done += 1
    return done


def pulse(*, now: dt.datetime) -> None:
    """What every poll does besides claiming: periodic work that is due, and the seal."""
    for name, beat in periodic.pulses():
        try:
            beat(now)
        except Exception:
            logger.warning("pulse failed", exc_info=True, extra={"fields": {"pulse": name}})


def _do(kind: JobKind, claim: Claim) -> None:
    if kind.is_atomic:
        with transaction.atomic():
            claim.hold()
            claim.finish(kind.run(claim))
        return
    result = kind.run(claim)
    if not claim.is_finished:
        with transaction.atomic():
            claim.finish(result)


def _note_failure(claim: Claim, error: Exception, *, max_attempts: int) -> None:
    """Try again later, or leave it to a human, who sees it in the console with its age."""
    code = type(error).__name__[:60]
    is_spent = claim.attempts >= max_attempts and not getattr(error, "waits_for_people", False)
    wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (claim.attempts - 1))
    wait = getattr(error, "retry_after_seconds", None) or wait * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    with transaction.atomic():
        changed = Job.objects.filter(pk=claim.id, fence=claim.fence, state=JobState.RUNNING).update(
            state=JobState.NEEDS_HUMAN if is_spent else JobState.READY,
            run_after=clock.now() + dt.timedelta(seconds=wait),
            lease_until=None,
            last_error_code=code,
        )
        if changed and is_spent:
            record(
                JOB_STUCK,
                actor=SYSTEM,
                at=clock.now(),
                target=("jobs.Job", claim.id),
                is_demo=claim.is_demo,
                kind=claim.kind,
                error=code,
                attempts=claim.attempts,
            )


@contextmanager
def _heartbeat(claim: Claim) -> Iterator[None]:
    """Keep the lease alive from a thread of its own while the job runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(settings.KEPT_JOB_LEASE_SECONDS / 3):
            try:
                if not extend_lease(claim):
                    return
            except Exception:  # noqa: BLE001 - the job goes on; without a lease it cannot finish
                logger.warning("heartbeat failed", extra={"fields": {"job": str(claim.id)}})
        connection.close()

    thread = threading.Thread(target=beat, name="kept-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


class Worker:
    """Threads that poll. `start` returns at once; `stop` waits until the jobs in hand are done."""

    def __init__(self, *, threads: int = 2) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(number,), name=f"kept-worker-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout: float = 30) -> None:
        self._stopping.set()
        bell.wake.set()
        for thread in self._threads:
            thread.join(timeout)

    def _loop(self, number: int) -> None:
        while not self._stopping.is_set():
            close_old_connections()
            try:
                if number == 0:
                    pulse(now=clock.now())
                while not self._stopping.is_set() and not is_quarantined() and run_one():
                    pass
            except Exception:
                logger.warning("the worker could not look for work", exc_info=True)
            bell.wake.wait(settings.KEPT_JOB_POLL_SECONDS)
            bell.wake.clear()
        connection.close()

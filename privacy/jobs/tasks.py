"""The two Celery messages. Both only make a worker look at the table."""

import uuid

from celery import shared_task

from privacy.jobs import bell, quarantine, worker
from privacy.kernel import clock


@shared_task(name="jobs.wake", ignore_result=True)
def wake_worker(job_id: str) -> None:
    """Do this job now if nobody has; a message that comes twice or late finds nothing to do."""
    bell.wake.set()
    if not quarantine.is_quarantined():
        worker.run_one(job_id=uuid.UUID(job_id))


@shared_task(name="jobs.tick", ignore_result=True)
def tick() -> None:
    """Beat's only message: look for periodic work that has become due."""
    worker.pulse(now=clock.now())

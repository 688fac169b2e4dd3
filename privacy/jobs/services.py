"""Ask for work. The row is inserted in the transaction that causes it, so neither is without the other."""

import datetime as dt

from django.db import transaction

from privacy.audit.services import record
from privacy.jobs import bell
from privacy.jobs.audit_events import JOB_RETRIED
from privacy.jobs.models import Job, JobState
from privacy.jobs.registry import known_kind
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import StaleState
from privacy.kernel.statements import Statement, insert_unless, insertion

Payload = dict[str, str | int]


def enqueue(
    kind: str,
    *,
    idem_key: str,
    payload: Payload,
    now: dt.datetime,
    run_after: dt.datetime | None = None,
    is_demo: bool = False,
) -> Job:
    """Insert a job, once for each `idem_key`, and ring the bell when the transaction commits.

    `payload` holds ids, codes and counts. Raises UnknownKind for a kind nobody does, ValueError for a
    payload that could carry an address.
    """
    job = _job(kind, idem_key, payload, now, run_after or now, is_demo=is_demo)
    if not insert_unless(job, "idem_key"):
        return Job.objects.get(idem_key=idem_key)
    if job.run_after <= now:
        transaction.on_commit(lambda: bell.ring(job.pk), robust=True)
    return job


def enqueue_statement(kind: str, *, payload: Payload, now: dt.datetime, is_demo: bool = False) -> Statement:
    """As `enqueue`, of work that nothing else asks for, due at once: the caller runs the statement, in the transaction
    in which it has more to say, or none. The bell rings when that commits."""
    job = _job(kind, "", payload, now, now, is_demo=is_demo)
    job.idem_key = f"{kind}:{job.pk}"
    transaction.on_commit(lambda: bell.ring(job.pk), robust=True)
    return insertion(job)


def _job(kind: str, idem_key: str, payload: Payload, now: dt.datetime, run_after: dt.datetime, *, is_demo: bool) -> Job:
    known_kind(kind)
    if any(not isinstance(value, str | int) or "@" in str(value) for value in payload.values()):
        raise ValueError("A job carries ids, codes and counts only.")
    return Job(
        kind=kind,
        idem_key=idem_key,
        payload=canonical_json(payload),
        run_after=run_after,
        created_at=now,
        is_demo=is_demo,
    )


@transaction.atomic
def retry_job(*, job: Job, actor: Actor, now: dt.datetime) -> None:
    """Give a job that needs a human another round of attempts. StaleState where it does not wait for one."""
    changed = Job.objects.filter(pk=job.pk, state=JobState.NEEDS_HUMAN).update(
        state=JobState.READY, attempts=0, deaths=0, run_after=now, lease_until=None
    )
    if changed != 1:
        raise StaleState("This job does not wait for anybody.")
    record(JOB_RETRIED, actor=actor, at=now, target=job, is_demo=job.is_demo, kind=job.kind)
    transaction.on_commit(lambda: bell.ring(job.pk), robust=True)

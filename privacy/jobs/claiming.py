"""Take a job, keep it, and finish it, so that at most one worker's result counts.

A claim is one statement. The lease runs on the database's clock; a worker that was paused for longer
than its lease finds that its fence is old, and everything it did in that transaction is rolled back.
A job taken over from a worker that vanished is no new attempt, because nothing failed yet; but it is
counted, for what kills its worker each time must reach a human too.
"""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from privacy.jobs.models import Job, JobState
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.statements import adapted

PICK = """
    SELECT id FROM jobs_job
    WHERE {which} ((state = 'ready' AND run_after <= {now}) OR (state = 'running' AND lease_until < {now}))
    ORDER BY run_after, id LIMIT 1 {lock}
"""
TAKE = """
    UPDATE jobs_job
    SET state = 'running', fence = fence + 1, lease_until = {lease},
        attempts = attempts + CASE WHEN state = 'running' THEN 0 ELSE 1 END,
        deaths = deaths + CASE WHEN state = 'running' THEN 1 ELSE 0 END
    WHERE id = ({pick}) RETURNING id, kind, payload, fence, attempts, is_demo, deaths
"""
HOLD = "SELECT 1 FROM jobs_job WHERE id = %s AND fence = %s AND state = 'running' {lock}"
FINISH = """UPDATE jobs_job SET state = 'done', finished_at = %s, lease_until = NULL, last_error_code = '', result = %s
WHERE id = %s AND fence = %s AND state = 'running'"""
DATABASE_CLOCK = {
    "postgresql": (
        "clock_timestamp()",
        "clock_timestamp() + make_interval(secs => {seconds})",
        "FOR UPDATE SKIP LOCKED",
    ),
    # SQLite has one machine and one writer: its clock in the format that Django stores, which has
    # microseconds where SQLite counts milliseconds.
    "sqlite": (
        "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now') || '999'",
        "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{seconds} seconds')",
        "",
    ),
}


class LostLease(Exception):
    """Another worker has the job now: nothing this one does may count."""


@dataclass(slots=True)
class Claim:
    """A job in the hands of one worker. `now` is the moment of the claim, for services to use."""

    id: uuid.UUID
    kind: str
    payload: dict[str, Any]
    fence: int
    attempts: int
    is_demo: bool
    now: dt.datetime
    deaths: int = 0
    is_finished: bool = False

    def hold(self) -> None:
        """Lock the row for this transaction; LostLease unless it is still ours."""
        lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(HOLD.format(lock=lock), [*adapted(Job, id=self.id), self.fence])
            if cursor.fetchone() is None:
                raise LostLease

    def note_progress(self) -> None:
        """Forget the workers that died with this job: it got somewhere. In a transaction that holds it."""
        if self.deaths:
            Job.objects.filter(pk=self.id, fence=self.fence, state=JobState.RUNNING).update(deaths=0)
            self.deaths = 0

    def finish(self, result: dict[str, int | str] | None) -> None:
        """Mark the job done in the caller's transaction; LostLease unless it is still ours."""
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("A job is finished in the transaction of its last act.")
        values = adapted(Job, finished_at=clock.now(), result=canonical_json(dict(result or {})), id=self.id)
        with connection.cursor() as cursor:
            cursor.execute(FINISH, [*values, self.fence])
            if cursor.rowcount != 1:
                raise LostLease
        self.is_finished = True


def claim_job(*, job_id: uuid.UUID | None = None) -> Claim | None:
    """Take the job that has waited longest, or this one; None where there is nothing to take."""
    now, lease, lock = DATABASE_CLOCK[connection.vendor]
    seconds = settings.KEPT_JOB_LEASE_SECONDS
    which = "id = %s AND" if job_id else ""
    pick = PICK.format(which=which, now=now, lock=lock)
    sql = TAKE.format(lease=lease.format(seconds=seconds), pick=pick)
    key = [job_id if connection.vendor == "postgresql" else job_id.hex] if job_id else []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, key)
        row = cursor.fetchone()
    if row is None:
        return None
    pk = row[0] if isinstance(row[0], uuid.UUID) else uuid.UUID(row[0])
    return Claim(pk, row[1], json.loads(row[2]), row[3], row[4], bool(row[5]), clock.now(), row[6])


def extend_lease(claim: Claim) -> bool:
    """Push the lease of a running job forward; False where it is no longer ours."""
    _, lease, _ = DATABASE_CLOCK[connection.vendor]
    sql = "UPDATE jobs_job SET lease_until = {lease} WHERE id = %s AND fence = %s AND state = 'running'"
    key = claim.id if connection.vendor == "postgresql" else claim.id.hex
    with connection.cursor() as cursor:
        cursor.execute(sql.format(lease=lease.format(seconds=settings.KEPT_JOB_LEASE_SECONDS)), [key, claim.fence])
        return bool(cursor.rowcount == 1)

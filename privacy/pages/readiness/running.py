"""Checks of the running installation: database, evidence, jobs, worker. Cheap enough to be asked every few seconds."""

import datetime as dt

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, Q

from privacy.audit import triggers as audit_triggers
from privacy.audit.sealing import ALARM_AFTER, overdue_unsealed
from privacy.audit.standing import Standing, standing
from privacy.jobs.models import Heartbeat, Job, JobState
from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.pages.readiness.contract import Answer, green, red, yellow
from privacy.personal_data.rekeying.services import count_old
from privacy.policy import triggers as policy_triggers

QUIET = dt.timedelta(seconds=60)  # a worker polls every five seconds
LATE = dt.timedelta(minutes=10)  # how long a due job may wait before somebody should look
COUNTED_S = 900
OLDEST_SQLITE = (3, 35)  # RETURNING
OLDEST_POSTGRESQL = 150000


def check_database() -> Answer:
    """It answers, in a version that Kept was made for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    if connection.vendor == "postgresql":
        version: int = connection.pg_version  # type: ignore[attr-defined]  # PostgreSQL's wrapper only
        name = f"PostgreSQL {version // 10000}.{version % 10000}"
        return (
            green(f"{name} answers.")
            if version >= OLDEST_POSTGRESQL
            else red(f"{name} is too old.", "Move to PostgreSQL 15 or newer.")
        )
    parts: tuple[int, ...] = connection.Database.sqlite_version_info  # type: ignore[attr-defined]  # SQLite's module only
    name = f"SQLite {'.'.join(map(str, parts))}"
    if parts < OLDEST_SQLITE:
        return red(f"{name} is too old.", "Use a Python that brings SQLite 3.35 or newer.")
    return green(f"{name} answers. It serves one machine; several need PostgreSQL (DATABASE_URL).")


def check_triggers() -> Answer:
    """The database itself refuses to change evidence and published policies."""
    missing = len(audit_triggers.missing_triggers()) + len(policy_triggers.missing_triggers())
    if missing:
        return red(f"{missing} triggers that protect evidence are missing.", "Run manage.py migrate: it installs them.")
    return green("The database protects evidence and published policies.")


def check_seal() -> Answer:
    """No event waits for its seal longer than a minute."""
    late = overdue_unsealed(now=clock.now())
    if late:
        seconds = int(ALARM_AFTER.total_seconds())
        return red(f"{late} events wait for their seal for more than {seconds} s.", "Start a worker: manage.py work.")
    return green("Every event older than a minute is sealed.")


def check_standing() -> Answer:
    """The database is not behind what was written outside of it."""
    found = standing()
    if found is Standing.LEVEL:
        return green("The database holds the seal of the newest outside checkpoint.")
    if found is Standing.UNREADABLE:
        return red(
            "The newest checkpoint file cannot be read.",
            "Look at KEPT_EVIDENCE/checkpoints: restore the file from its copy, or make it readable.",
        )
    which = "ends before" if found is Standing.BEHIND else "has another seal in the place of"
    return red(
        f"The database {which} the newest outside checkpoint: it was restored. Workers stand still.",
        "Run manage.py replay_erasures, then manage.py verify_ledger.",
    )


def check_jobs() -> Answer:
    """No job has given up, and none waits for long."""
    now = clock.now()
    open_jobs = Q(state__in=[JobState.READY, JobState.RUNNING], run_after__lte=now)
    figures = Job.objects.filter(Q(state=JobState.NEEDS_HUMAN) | open_jobs).aggregate(
        stuck=Count("pk", filter=Q(state=JobState.NEEDS_HUMAN)), oldest=Min("run_after", filter=open_jobs)
    )
    if figures["stuck"]:
        return red(f"{figures['stuck']} jobs need a person.", "Open /console/ and look at the jobs that need a person.")
    if figures["oldest"] and now - figures["oldest"] > LATE:
        minutes = int((now - figures["oldest"]).total_seconds() // 60)
        return red(f"The oldest due job has waited for {minutes} minutes.", "Start a worker, or more: manage.py work.")
    return green("No job needs a person, none is late.")


def check_worker() -> Answer:
    """Somebody polls for work."""
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return red("No worker has ever polled.", "Start one: manage.py work (make run has its own).")
    silent = clock.now() - beat.at
    if silent > QUIET:
        seconds = int(silent.total_seconds())
        return red(f"No worker has polled for {seconds} s.", "Start one: manage.py work (make run has its own).")
    if silent < -QUIET:
        return yellow("The worker's clock is ahead of this machine's.", "Set both clocks by NTP.")
    return green("A worker polls.")


def check_keys_in_use() -> Answer:
    """Nothing hangs on an older key. Counted every quarter of an hour, for it reads whole tables."""
    ring = keyring()
    if len(ring.keys) == 1:
        return green("There is one key, and everything new is sealed under it.")
    left = cache.get_or_set(f"keys-in-use:{ring.primary}", count_old, COUNTED_S) or {}
    if left:
        return yellow(
            f"{sum(left.values())} values in {len(left)} columns are not under {ring.primary}.",
            "Run manage.py rotate_keys, when every machine has the new keys file.",
        )
    return green(f"Everything is under {ring.primary}. manage.py rotate_keys says when an older key may go.")


RUNNING = [
    ("keys_in_use", "Keys in use", check_keys_in_use),
    ("database", "Database", check_database),
    ("triggers", "Evidence protected", check_triggers),
    ("seal", "Evidence sealed", check_seal),
    ("checkpoint", "Checkpoint", check_standing),
    ("jobs", "Jobs", check_jobs),
    ("worker", "Worker", check_worker),
]

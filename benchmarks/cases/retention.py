"""Disposal by time, with its job, holds, restrictions and receipt, against raw range deletes of the same rows."""

import datetime as dt
import time
import uuid
from functools import partial

from django.contrib.auth.models import Permission
from django.db import connection

from accounts.models import LoginEvent, User
from benchmarks.cases import setting_up
from benchmarks.figures import Figure, compared, tell
from benchmarks.sizes import sizes
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.personal_data.models import Restriction
from privacy.retention.models import DisposalState
from privacy.retention.services import dry_run, enable_rule, place_hold, start_run

RULE = "login_history"
CHUNK = 20_000
FILL = {
    "sqlite": """
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {rows})
        INSERT INTO accounts_loginevent
          (id, subject_id, ip, agent, logged_in_at, expires_at, logged_out_at, end_reason, is_demo)
        SELECT lower(hex(randomblob(16))), '{subject}', '198.51.100.7', 'Firefox', t, t, t, 'logout', 0
        FROM (SELECT datetime(strftime('%s', '{start}') + i, 'unixepoch') AS t FROM n)""",
    "postgresql": """
        INSERT INTO accounts_loginevent
          (id, subject_id, ip, agent, logged_in_at, expires_at, logged_out_at, end_reason, is_demo)
        SELECT gen_random_uuid(), '{subject}', '198.51.100.7', 'Firefox', t, t, t, 'logout', false
        FROM (SELECT '{start}'::timestamptz + i * interval '1 second' AS t FROM generate_series(0, {rows} - 1) i) s""",
}
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def fill(subject: uuid.UUID, rows: int) -> None:
    """One old login a second."""
    key = subject.hex if connection.vendor == "sqlite" else str(subject)
    with connection.cursor() as cursor:
        cursor.execute(
            FILL[connection.vendor].format(rows=rows, subject=key, start=START.strftime("%Y-%m-%d %H:%M:%S"))
        )


def ours(subject: uuid.UUID, rows: int) -> float:
    """Microseconds a row, through the rule: job, chunks, holds asked, receipt."""
    fill(subject, rows)
    started = time.perf_counter()
    run = start_run(code=RULE, actor=OPERATOR, now=clock.now())
    run_until_empty()
    taken = time.perf_counter() - started
    run.refresh_from_db()
    if (run.state, run.removed) != (DisposalState.DONE, rows):
        raise RuntimeError(f"The run removed {run.removed} of {rows} rows and is {run.state}.")
    return taken * 1e6 / rows


def raw(subject: uuid.UUID, rows: int) -> float:
    """Microseconds a row, by DELETE between bounds that are known beforehand, as many rows a transaction."""
    fill(subject, rows)
    started, removed = time.perf_counter(), 0
    for first in range(0, rows, CHUNK):
        ends = [START + dt.timedelta(seconds=second) for second in (first, first + CHUNK)]
        bounds = [connection.ops.adapt_datetimefield_value(end) for end in ends]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_loginevent WHERE logged_in_at >= %s AND logged_in_at < %s", bounds)
            removed += cursor.rowcount
    if removed != rows:
        raise RuntimeError(f"The raw way removed {removed} of {rows} rows.")
    return (time.perf_counter() - started) * 1e6 / rows


def switch_on() -> None:
    """The rule of the login history, after a dry run, by somebody of legal."""
    setting_up.policy()
    legal: User = setting_up.person("legal@bench.example", is_staff=True)
    legal.user_permissions.set(Permission.objects.filter(codename="switch_rules"))
    actor = Actor.staff(legal.pk)
    dry_run(code=RULE, actor=actor, now=clock.now())
    enable_rule(code=RULE, actor=actor, now=clock.now())


def hold_others() -> None:
    """A hold and a restriction, of people other than those whose rows go."""
    held, restricted = setting_up.person("held@bench.example"), setting_up.person("restricted@bench.example")
    place_hold(reason="Matter 1", ground="legal_claims", subject_ids=[held.subject_id], actor=OPERATOR, now=clock.now())
    Restriction.objects.create(subject=restricted.subject, ground="accuracy")


def main() -> None:
    size = sizes()
    switch_on()
    subject = setting_up.person("old@bench.example").subject_id
    for case in ("disposal by time, a row", "the same, others held or restricted"):
        if not case.startswith("disposal"):
            hold_others()
        mine, deleted = compared(size.rounds, partial(ours, subject, size.rows), partial(raw, subject, size.rows))
        tell(Figure(case, "µs", mine, "raw range DELETE", deleted, size.rounds * size.rows))
    if LoginEvent.objects.exists():
        raise RuntimeError("Rows are left.")


if __name__ == "__main__":
    main()

"""Proving the whole log against merely reading it: `verify_ledger` and a raw SELECT of the same rows, streamed."""

import datetime as dt
import sys
import time
import uuid
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from benchmarks.cases import setting_up
from benchmarks.figures import Figure, compared, tell
from benchmarks.sizes import sizes
from consent.audit_events import CHANGED
from consent.models import ConsentEvent
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.personal_data.models import Subject
from privacy.policy.selectors import notice_for

BATCH = 5000
TABLES = ("audit_auditevent", "consent_consentevent", "audit_sealmember")


def fill(count: int) -> None:
    """So many decisions with their events in the log, all sealed."""
    setting_up.policy()
    now = clock.now()
    subject = Subject.objects.create()
    numbers = iter(range(count))
    digest = notice_for(setting_up.PURPOSE).digest
    while pairs := [_pair(subject.pk, number, now, digest) for number, _ in zip(numbers, range(BATCH), strict=False)]:
        with transaction.atomic():
            ConsentEvent.objects.bulk_create([evidence for evidence, _ in pairs])
            AuditEvent.objects.bulk_create([event for _, event in pairs])
    while seal_pending(now=now):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _pair(subject: uuid.UUID, number: int, now: dt.datetime, digest: str) -> tuple[ConsentEvent, AuditEvent]:
    evidence = ConsentEvent(
        at=now - dt.timedelta(seconds=number),
        subject_id=subject,
        purpose=setting_up.PURPOSE,
        status="given" if number % 2 else "withdrawn",
        door="signed_in",
        actor_kind="subject",
        actor_id=subject,
        notice_digest=digest,
        notice_language="en",
        policy_on=dt.date(2018, 5, 15),
    )
    evidence.row_hash = evidence.compute_hash()
    words = {"purpose": evidence.purpose, "channel": "", "status": evidence.status, "door": evidence.door}
    event = AuditEvent(
        at=evidence.at,
        type=CHANGED.code,
        actor_kind="subject",
        actor_id=subject,
        subject_id=subject,
        payload=canonical_json(words),
        evidence_type=ConsentEvent._meta.label,
        evidence_id=evidence.pk,
        evidence_hash=evidence.row_hash,
    )
    event.row_hash = event.compute_hash()
    return evidence, event


def proving(rows: int) -> float:
    """Microseconds a row of the ledger: its events and its evidence."""
    started = time.perf_counter()
    report = verify_ledger(now=clock.now())
    taken = time.perf_counter() - started
    if not report.is_proven:
        raise RuntimeError(report.faults[0])
    return taken * 1e6 / rows


def reading(rows: int) -> float:
    """Microseconds a row, to fetch every column of the same rows and do nothing with them."""
    started = time.perf_counter()
    for table in TABLES:
        for _ in _streamed(f"SELECT * FROM {table}"):
            pass
    return (time.perf_counter() - started) * 1e6 / rows


def _streamed(sql: str) -> Iterator[object]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows


def main() -> None:
    size = sizes()
    count = size.rows
    fill(count)
    report = verify_ledger(now=clock.now())
    rows = report.events + report.evidence_rows
    ours, raw = compared(size.rounds, partial(proving, rows), partial(reading, rows))
    sys.stderr.write(f"verify_ledger, {connection.vendor}: {1e6 / ours:,.0f} rows a second\n")
    tell(Figure("ledger verification, a row", "µs", ours, "the rows read, streamed", raw, rows))


if __name__ == "__main__":
    main()

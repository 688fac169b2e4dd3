"""Seals: every few seconds a Merkle root over the events that have none yet, chained to the last.

Which events a seal covers is a matter of rows, not of id ranges: a transaction that commits late is
taken by the next seal.
"""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from privacy.audit.models import AuditEvent, Seal, SealMember
from privacy.kernel.bulk_rows import write_rows
from privacy.kernel.merkle import leaf_hash, root_hash

GENESIS = "0" * 64
LARGEST_SEAL = 20_000
LOCK_ID = 0x4B455054  # an arbitrary number that only sealing uses
LATE_COMMIT = dt.timedelta(minutes=30)  # far beyond the longest transaction that the timeouts allow
ALARM_AFTER = dt.timedelta(seconds=60)


def event_leaf(event_id: int, row_hash: str) -> bytes:
    """The leaf of one event: its id is part of it, so that rows cannot change places."""
    return leaf_hash(f"{event_id}:{row_hash}".encode())


def unsealed(*, since_event: int = 0) -> "QuerySet[AuditEvent]":
    """Events that no seal covers, in order."""
    member = SealMember.objects.filter(event_id=OuterRef("id"))
    return AuditEvent.objects.filter(~Exists(member), id__gt=since_event).order_by("id")


@transaction.atomic
def seal_pending(*, now: dt.datetime) -> Seal | None:
    """Seal what is not sealed yet; None where there is nothing to do or another process is at it."""
    if not _take_lock():
        return None
    rows = list(unsealed(since_event=_read_settled(now)).values_list("id", "row_hash")[:LARGEST_SEAL])
    if not rows:
        return None
    last = Seal.newest()
    leaves = [event_leaf(event_id, row_hash) for event_id, row_hash in rows]
    seal = Seal(
        number=last.number + 1 if last else 1,
        at=now,
        size=len(rows),
        total=(last.total if last else 0) + len(rows),
        root=root_hash(leaves).hex(),
        previous=last.hash if last else GENESIS,
    )
    seal.hash = seal.compute_hash()
    seal.save(force_insert=True)
    members = (
        (seal.number, position, event_id, leaf.hex())
        for position, ((event_id, _), leaf) in enumerate(zip(rows, leaves, strict=True))
    )
    write_rows(SealMember, ("seal", "position", "event_id", "leaf"), members)
    return seal


def overdue_unsealed(*, now: dt.datetime, settled: int | None = None) -> int:
    """How many events stayed unsealed for longer than a minute: an alarm. `settled`: what `settled_event` answered,
    where somebody has asked it already."""
    since = _read_settled(now) if settled is None else settled
    return unsealed(since_event=since).filter(at__lt=now - ALARM_AFTER).count()


def settled_event(now: dt.datetime) -> Subquery:
    """The newest event of the seals older than any transaction: below it nothing can appear any more. None at first.

    It only spares the search; `verify_ledger` looks at every row.
    """
    seal = Seal.objects.filter(at__lt=now - LATE_COMMIT).order_by("-number").values("number")[:1]
    return Subquery(SealMember.objects.filter(seal_id=Subquery(seal)).order_by("-event_id").values("event_id")[:1])


def _read_settled(now: dt.datetime) -> int:
    """Its number for a search: a constant, so that the database knows how little is left to look at."""
    seal = Seal.objects.filter(at__lt=now - LATE_COMMIT).order_by("-number").values("number")[:1]
    newest: int | None = SealMember.objects.filter(seal_id=Subquery(seal)).aggregate(newest=Max("event_id"))["newest"]
    return newest or 0


def _take_lock() -> bool:
    if connection.vendor != "postgresql":
        return True  # SQLite: the transaction is IMMEDIATE, so it is alone already
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_ID])
        return bool(cursor.fetchone()[0])

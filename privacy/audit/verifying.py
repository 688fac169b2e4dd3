"""Recompute the whole log: evidence rows, events, seals, and the checkpoints outside.

The first bad row is named. What a database alone cannot show (a cut tail, a rewritten chain) is
found through the checkpoints.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef

from privacy.audit.checkpoints import BrokenCheckpoint, read_checkpoints
from privacy.audit.models import AuditEvent, EvidenceModel, Seal, SealMember
from privacy.audit.sealing import ALARM_AFTER, GENESIS, event_leaf
from privacy.kernel.canonical import digest
from privacy.kernel.merkle import root_hash

BATCH = 2000


@dataclass
class Report:
    """`faults` in the order found, each a sentence that names the row; empty means proven."""

    faults: list[str] = field(default_factory=list)
    events: int = 0
    evidence_rows: int = 0
    seals: int = 0
    unsealed: int = 0
    checkpoints: int = 0

    @property
    def is_proven(self) -> bool:
        return not self.faults


def verify_ledger(*, now: dt.datetime, most_faults: int = 20) -> Report:
    """Check everything; stops looking further after `most_faults` faults."""
    report = Report()
    checks = (_check_events(report), _check_seals(report, now), _check_orphans(), _check_checkpoints(report))
    for check in checks:
        for fault in check:
            report.faults.append(fault)
            if len(report.faults) >= most_faults:
                return report
    return report


def _check_events(report: Report) -> Iterator[str]:
    """Every event's own hash, and the evidence row that it vouches for."""
    columns = ("id", "row_hash", *AuditEvent.HASHED)
    kind_at, id_at, hash_at = (columns.index(f"evidence_{part}") for part in ("type", "id", "hash"))
    for rows in _in_batches(AuditEvent.objects.order_by("id").values_list(*columns).iterator(BATCH)):
        wanted: dict[str, list[tuple[int, uuid.UUID, str]]] = defaultdict(list)
        for row in rows:
            report.events += 1
            if digest(row[2:]) != row[1]:
                yield f"Event {row[0]} was altered: its hash does not fit its content."
            if row[kind_at]:
                wanted[row[kind_at]].append((row[0], row[id_at], row[hash_at]))
        for label, expected in wanted.items():
            yield from _check_evidence(report, label, expected)


def _check_evidence(report: Report, label: str, expected: list[tuple[int, uuid.UUID, str]]) -> Iterator[str]:
    model: Any = apps.get_model(label)
    fields = ("id", "row_hash", "at", "is_demo", *model.hashed_fields)
    ids = [evidence_id for _, evidence_id, _ in expected]
    found = {row[0]: row for row in model.objects.filter(id__in=ids).values_list(*fields)}
    for event_id, evidence_id, vouched in expected:
        report.evidence_rows += 1
        row = found.get(evidence_id)
        if row is None:
            yield f"{label} {evidence_id}, written by event {event_id}, is gone."
        elif digest([label, row[0], row[2], row[3], *row[4:]]) != row[1] or row[1] != vouched:
            yield f"{label} {evidence_id}, written by event {event_id}, was altered."


def _check_seals(report: Report, now: dt.datetime) -> Iterator[str]:
    previous, total = GENESIS, 0
    for expected, seal in enumerate(Seal.objects.order_by("number").iterator(BATCH), start=1):
        report.seals += 1
        total += seal.size
        if seal.number != expected:
            yield f"Seal {expected} is gone."
            return
        if seal.hash != seal.compute_hash() or seal.previous != previous or seal.total != total:
            yield f"Seal {seal.number} was altered or does not continue the seal before it."
            return
        yield from _check_members(seal)
        previous = seal.hash
    member = SealMember.objects.filter(event_id=OuterRef("id"))
    loose = AuditEvent.objects.filter(~Exists(member))
    report.unsealed = loose.count()
    late = loose.filter(at__lt=now - ALARM_AFTER).order_by("id").values_list("id", flat=True).first()
    if late is not None:
        yield f"Event {late} has stayed without a seal for more than a minute."


def _check_members(seal: Seal) -> Iterator[str]:
    members = list(
        SealMember.objects.filter(seal_id=seal.number).order_by("position").values_list("position", "event_id", "leaf")
    )
    hashes = dict(
        AuditEvent.objects.filter(id__in=SealMember.objects.filter(seal_id=seal.number).values("event_id")).values_list(
            "id", "row_hash"
        )
    )
    for place, (position, event_id, leaf) in enumerate(members):
        if event_id not in hashes:
            yield f"Event {event_id}, place {place} of seal {seal.number}, is gone."
            return
        if position != place or event_leaf(event_id, hashes[event_id]).hex() != leaf:
            yield f"Event {event_id} is not what seal {seal.number} sealed at place {place}."
            return
    if len(members) != seal.size or root_hash([bytes.fromhex(leaf) for _, _, leaf in members]).hex() != seal.root:
        yield f"The members of seal {seal.number} do not give its root."


def _check_orphans() -> Iterator[str]:
    """Evidence rows that no event vouches for were put there behind the log's back."""
    for model in EvidenceModel.kinds():
        event = AuditEvent.objects.filter(evidence_type=model._meta.label, evidence_id=OuterRef("pk"))
        for orphan in model.objects.filter(~Exists(event)).order_by("pk").values_list("pk", flat=True)[:5]:
            yield f"{model._meta.label} {orphan} has no event in the log."


def _check_checkpoints(report: Report) -> Iterator[str]:
    try:
        for point in read_checkpoints():
            report.checkpoints += 1
            if not point.is_authentic():
                yield f"The checkpoint of seal {point.number} is not signed by a key of this installation."
                continue
            seal_hash = Seal.objects.filter(number=point.number).values_list("hash", flat=True).first()
            if seal_hash is None:
                yield (
                    f"The log ends before seal {point.number}, which a checkpoint of {point.at} names: "
                    "its tail was cut."
                )
                return
            if seal_hash != point.hash:
                yield (
                    f"Seal {point.number} is not the one that the checkpoint of {point.at} names: "
                    "the chain was rewritten."
                )
                return
    except BrokenCheckpoint as error:
        yield str(error)


def _in_batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch

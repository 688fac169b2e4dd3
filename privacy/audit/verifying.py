"""Recompute the whole log: evidence rows, events, seals, and the checkpoints outside.

The first bad row is named. Rows are read in pages and hashed without a model instance (`raw_rows`), so
that memory stays flat and the time is that of the hashing. What a database alone cannot show (a cut
tail, a rewritten chain) is found through the checkpoints.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Exists, Min, OuterRef, Q

from privacy.audit.checkpoints import BrokenCheckpoint, read_checkpoints
from privacy.audit.models import AuditEvent, EvidenceModel, Seal, SealMember
from privacy.audit.raw_rows import PAGE, Row, pages_by_number, read, rows_by_id, table_of
from privacy.audit.sealing import ALARM_AFTER, GENESIS, event_leaf
from privacy.kernel.canonical import digest_of_plain
from privacy.kernel.merkle import root_hash


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
    for rows in pages_by_number(AuditEvent, columns[1:]):
        wanted: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        report.events += len(rows)
        for row in rows:
            if digest_of_plain(row[2:]) != row[1]:
                yield f"Event {row[0]} was altered: its hash does not fit its content."
            if row[kind_at]:
                wanted[row[kind_at]].append((row[0], row[id_at], row[hash_at]))
        for label, expected in wanted.items():
            yield from _check_evidence(report, label, expected)


def _check_evidence(report: Report, label: str, expected: list[tuple[int, str, str]]) -> Iterator[str]:
    model = next((each for each in EvidenceModel.kinds() if each._meta.label == label), None)
    if model is None:
        yield f"Event {expected[0][0]} vouches for {label}, which is no kind of evidence."
        return
    names = ("row_hash", "at", "is_demo", *model.hashed_fields)
    found = rows_by_id(model, names, [evidence_id for _, evidence_id, _ in expected])
    report.evidence_rows += len(expected)
    for event_id, evidence_id, vouched in expected:
        row = found.get(evidence_id)
        if row is None:
            yield f"{label} {evidence_id}, written by event {event_id}, is gone."
        elif row[1] != vouched or digest_of_plain((label, row[0], *row[2:])) != vouched:
            yield f"{label} {evidence_id}, written by event {event_id}, was altered."


def _check_seals(report: Report, now: dt.datetime) -> Iterator[str]:
    previous, total = GENESIS, 0
    groups = groupby(_members(), key=itemgetter(0))
    members: tuple[int, Iterator[Row]] | None = next(groups, None)
    for expected, seal in enumerate(Seal.objects.order_by("number").iterator(PAGE), start=1):
        report.seals += 1
        total += seal.size
        if seal.number != expected:
            yield f"Seal {expected} is gone."
            return
        if seal.hash != seal.compute_hash() or seal.previous != previous or seal.total != total:
            yield f"Seal {seal.number} was altered or does not continue the seal before it."
            return
        is_mine = members is not None and members[0] == seal.number
        yield from _check_members(seal, list(members[1]) if members and is_mine else [])
        members = next(groups, None) if is_mine else members
        previous = seal.hash
    if members is not None:
        yield f"Seal {members[0]} is gone."
    yield from _check_loose(report, now)


def _members() -> Iterator[Row]:
    """Seal, place, event and leaf of every member with the hash of its event now, in order."""
    member, event = table_of(SealMember), table_of(AuditEvent)
    sql = (
        f"SELECT m.seal_id, m.position, m.event_id, m.leaf, e.row_hash FROM {member} m LEFT JOIN {event} e "  # noqa: S608 - names of tables, no values
        f"ON e.id = m.event_id WHERE (m.seal_id, m.position) > (%s, %s) ORDER BY m.seal_id, m.position LIMIT {PAGE}"
    )
    last = (0, -1)
    while rows := read(sql, last):
        yield from rows
        last = rows[-1][:2]


def _check_members(seal: Seal, members: list[Row]) -> Iterator[str]:
    leaves = []
    for place, (_, position, event_id, leaf, row_hash) in enumerate(members):
        if row_hash is None:
            yield f"Event {event_id}, place {place} of seal {seal.number}, is gone."
            return
        expected = event_leaf(event_id, row_hash)
        if position != place or expected.hex() != leaf:
            yield f"Event {event_id} is not what seal {seal.number} sealed at place {place}."
            return
        leaves.append(expected)
    if len(members) != seal.size or root_hash(leaves).hex() != seal.root:
        yield f"The members of seal {seal.number} do not give its root."


def _check_loose(report: Report, now: dt.datetime) -> Iterator[str]:
    member = SealMember.objects.filter(event_id=OuterRef("id"))
    is_late = Q(at__lt=now - ALARM_AFTER)
    loose = AuditEvent.objects.filter(~Exists(member)).aggregate(count=Count("id"), late=Min("id", filter=is_late))
    report.unsealed = loose["count"]
    if loose["late"] is not None:
        yield f"Event {loose['late']} has stayed without a seal for more than a minute."


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

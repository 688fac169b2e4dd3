"""Entries of the log about a case, each with its path to the root of its seal, and the seals up to a checkpoint."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Q

from dsr.models import HistoryRow, ReceiptRow, SubjectRequest
from privacy.audit.checkpoints import Checkpoint, read_checkpoints
from privacy.audit.models import AuditEvent, EvidenceModel, Seal, SealMember
from privacy.kernel.canonical import plain_of
from privacy.kernel.merkle import path_to_root
from privacy.personal_data.models import PreparedPackage

SEAL_FIELDS = ("number", "at", "size", "total", "root", "previous", "hash")


def hashed(model: type[EvidenceModel]) -> tuple[str, ...]:
    """The names of what a row's hash covers after kind and id, in order."""
    return ("at", "is_demo", *model.hashed_fields)


def evidence_row(row: EvidenceModel) -> dict[str, Any]:
    """One row of evidence with its hash, in the values that the hash is made over."""
    names = hashed(type(row))
    values = {name: plain_of(getattr(row, name)) for name in names}
    return {"table": row._meta.label, "id": str(row.pk), **values, "row_hash": row.row_hash}


def log_of(case: SubjectRequest) -> list[AuditEvent]:
    """Every entry about the case: its history and receipts, and what was done with it and its packages."""
    targets = [case.pk, *PreparedPackage.objects.filter(case_id=case.pk).values_list("pk", flat=True)]
    kinds = [HistoryRow._meta.label, ReceiptRow._meta.label]
    ids = [*HistoryRow.objects.filter(subject_request_id=case.pk).values_list("pk", flat=True)]
    ids += ReceiptRow.objects.filter(subject_request_id=case.pk).values_list("pk", flat=True)
    about = Q(target_id__in=targets) | Q(evidence_type__in=kinds, evidence_id__in=ids)
    return list(AuditEvent.objects.filter(about).order_by("id"))


def entries_with_proofs(events: Sequence[AuditEvent]) -> Iterator[dict[str, Any]]:
    """Each entry with its place under a seal; without one while it is not sealed."""
    places = dict(
        SealMember.objects.filter(event_id__in=[event.pk for event in events])
        .order_by("seal_id")
        .values_list("event_id", "seal_id")
    )
    paths: dict[int, dict[str, Any]] = {}
    for seal in sorted(set(places.values())):
        rows = SealMember.objects.filter(seal_id=seal).order_by("position").values_list("event_id", "leaf")
        leaves = [bytes.fromhex(leaf) for _, leaf in rows]
        for position, (event_id, _) in enumerate(rows):
            if places.get(event_id) == seal:
                steps = [[side, sibling.hex()] for side, sibling in path_to_root(leaves, position)]
                paths[event_id] = {"seal": seal, "position": position, "path": steps}
    for event in events:
        values = {name: plain_of(getattr(event, name)) for name in AuditEvent.HASHED}
        yield {"id": event.pk, **values, "row_hash": event.row_hash, "proof": paths.get(event.pk)}


def seals_and_checkpoints(numbers: Iterable[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each of these seals with those after it up to the next checkpoint, which pins it; and those checkpoints."""
    wanted = sorted(set(numbers))
    if not wanted:
        return [], []
    newest = Seal.newest()
    points = sorted((point for point in read_checkpoints()), key=lambda point: point.number)
    ranges: list[tuple[int, int]] = []
    pins: dict[int, Checkpoint] = {}
    for number in wanted:
        pin = next((point for point in points if point.number >= number), None)
        last = pin.number if pin else (newest.number if newest else number)
        if pin:
            pins[pin.number] = pin
        ranges.append((number, last))
    seals: dict[int, dict[str, Any]] = {}
    for first, last in ranges:
        for row in Seal.objects.filter(number__range=(first, last)).order_by("number").values(*SEAL_FIELDS):
            seals[row["number"]] = {**row, "at": plain_of(row["at"])}
    return [seals[number] for number in sorted(seals)], [asdict(pins[number]) for number in sorted(pins)]

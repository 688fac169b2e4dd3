"""Many evidence rows at once: each is hashed, and its hash stands in an event of its own, as for a single one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import transaction

from privacy.audit.models import AuditEvent, EvidenceModel
from privacy.audit.registry import EventType, known_type
from privacy.kernel.actors import Actor
from privacy.kernel.bulk_rows import Plain, write_rows
from privacy.kernel.canonical import canonical_json, digest_of_plain
from privacy.kernel.errors import Unaudited

AUDIT_NAMES = (*AuditEvent.HASHED, "row_hash")


class BulkEvidence(NamedTuple):
    """One row in canonical forms: `values` are id, at, is_demo and the hashed fields, in the order of the model.
    `payload` is the canonical JSON of its event, `subject_id` whom it is about, `target` the label and id of the row
    acted on."""

    values: tuple[Plain, ...]
    subject_id: str | None
    payload: str
    target: tuple[str, str | None] = ("", None)


def payload_text(event: EventType, **payload: str | int | bool) -> str:
    """The payload of an event in its canonical form. Unaudited where the type does not carry it."""
    event.check(payload)
    return canonical_json(payload)


def append_evidence_in_bulk(
    model: type[EvidenceModel], rows: Sequence[BulkEvidence], *, event: EventType, actor: Actor
) -> None:
    """As `append_evidence` for many rows. Raises Unaudited outside a transaction or for an unregistered type."""
    if known_type(event.code) is not event:
        raise Unaudited(f"The event type {event.code} is not the registered one.")
    if not transaction.get_connection().in_atomic_block:
        raise Unaudited("An event is written in the transaction of its act.")
    label = model._meta.label
    hashes: list[str] = []

    def evidence() -> Iterator[tuple[Plain, ...]]:
        for row in rows:
            made = digest_of_plain([label, *row.values])
            hashes.append(made)
            yield (*row.values, made)

    write_rows(model, ("id", "at", "is_demo", *model.hashed_fields, "row_hash"), evidence())
    who = (actor.kind.value, str(actor.id) if actor.id else None, actor.via)

    def events() -> Iterator[tuple[Plain, ...]]:
        for row, row_hash in zip(rows, hashes, strict=True):
            pk, at, is_demo, *_ = row.values
            values = (at, event.code, *who, row.subject_id, *row.target, row.payload, label, pk, row_hash, is_demo)
            yield (*values, digest_of_plain(values))

    write_rows(AuditEvent, AUDIT_NAMES, events())

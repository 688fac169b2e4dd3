"""The one way into the log: same transaction as the act, registered event types only.

Unaudited means undone: where the event cannot be written, the act is rolled back with it.
"""

import datetime as dt
import uuid
from typing import TypeVar

from django.db import models, transaction

from privacy.audit.models import AuditEvent, EvidenceModel
from privacy.audit.registry import EventType, known_type
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.demo import in_demo
from privacy.kernel.errors import Unaudited
from privacy.kernel.statements import Statement, insert, insertion, run_together

Evidence = TypeVar("Evidence", bound=EvidenceModel)


def record(
    event: EventType,
    *,
    actor: Actor,
    at: dt.datetime,
    subject_id: uuid.UUID | None = None,
    target: models.Model | tuple[str, uuid.UUID] | None = None,
    is_demo: bool = False,
    **payload: str | int | bool,
) -> AuditEvent:
    """Write one event into the log.

    `target` is the row acted on; `payload` the codes, ids and counts that the type names. Raises
    Unaudited outside a transaction, for an unregistered type, or for a payload it does not carry.
    """
    row = _event(event, actor=actor, at=at, subject_id=subject_id, target=target, is_demo=is_demo, payload=payload)
    insert(row)
    return row


def record_statement(
    event: EventType, *, actor: Actor, at: dt.datetime, target: models.Model, is_demo: bool = False, **payload: str
) -> Statement:
    """As `record`, for an act that sends more in the same round trip: the caller runs all of it, or none, in this
    transaction."""
    return insertion(
        _event(event, actor=actor, at=at, subject_id=None, target=target, is_demo=is_demo, payload={**payload})
    )


def append_evidence(
    row: Evidence,
    *,
    event: EventType,
    actor: Actor,
    subject_id: uuid.UUID | None = None,
    target: models.Model | tuple[str, uuid.UUID] | None = None,
    **payload: str | int | bool,
) -> Evidence:
    """Hash and insert an evidence row, and write its hash into the log with it.

    The event takes its time and demo mark from the row. Returns the row.
    """
    run_together(evidence_statements(row, event=event, actor=actor, subject_id=subject_id, target=target, **payload))
    return row


def evidence_statements(
    row: EvidenceModel,
    *,
    event: EventType,
    actor: Actor,
    subject_id: uuid.UUID | None = None,
    target: models.Model | tuple[str, uuid.UUID] | None = None,
    **payload: str | int | bool,
) -> list[Statement]:
    """As `append_evidence`, for an act that sends more in the same round trip: the caller runs all of them, or
    none, in this transaction."""
    row.is_demo = row.is_demo or in_demo()  # before the hash, which covers it
    row.row_hash = row.compute_hash()
    told = _event(
        event,
        actor=actor,
        at=row.at,
        subject_id=subject_id,
        target=target,
        is_demo=row.is_demo,
        payload=payload,
        evidence=row,
    )
    return [insertion(row), insertion(told)]


def _event(
    event: EventType,
    *,
    actor: Actor,
    at: dt.datetime,
    subject_id: uuid.UUID | None,
    target: models.Model | tuple[str, uuid.UUID] | None,
    is_demo: bool,
    payload: dict[str, str | int | bool],
    evidence: EvidenceModel | None = None,
) -> AuditEvent:
    if known_type(event.code) is not event:
        raise Unaudited(f"The event type {event.code} is not the registered one.")
    if not transaction.get_connection().in_atomic_block:
        raise Unaudited("An event is written in the transaction of its act.")
    event.check(payload)
    if isinstance(target, models.Model):
        target = (target._meta.label, target.pk)
    target_type, target_id = target or ("", None)
    row = AuditEvent(
        at=at,
        type=event.code,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        via=actor.via,
        subject_id=subject_id,
        target_type=target_type,
        target_id=target_id,
        payload=canonical_json(payload),
        evidence_type=evidence._meta.label if evidence else "",
        evidence_id=evidence.pk if evidence else None,
        evidence_hash=evidence.row_hash if evidence else "",
        is_demo=is_demo or in_demo(),
    )
    row.row_hash = row.compute_hash()
    return row

"""Send again: one message, or everything since a time. And say that a system was told by hand."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.jobs.webhooks.audit_events import REPLAYED, SETTLED
from privacy.jobs.webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.queueing import bodies, happenings_of, ring_pump
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState

REPLAY = "webhooks.replay"
CHUNK = 500


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery, actor: Actor, now: dt.datetime) -> None:
    """Send one message again, under its old id. StaleState where it waits already or its endpoint has ended."""
    if delivery.endpoint.state == EndpointState.ENDED or not _queue_again([delivery], now):
        raise StaleState("This message waits already, or its webhook has ended.")
    record(REPLAYED, actor=actor, at=now, target=delivery, is_demo=delivery.is_demo, count=1)


@transaction.atomic
def replay_since(*, endpoint: WebhookEndpoint, since: dt.datetime, actor: Actor, now: dt.datetime) -> int:
    """Send everything again that happened since then; how much that is. A job does it, in chunks."""
    if endpoint.state == EndpointState.ENDED:
        raise StaleState("This webhook has ended.")
    count = endpoint.deliveries.filter(created_at__gte=since, created_at__lte=now).count()
    if not count:
        raise DomainError("Nothing happened since then.", code="nothing", field="since")
    record(REPLAYED, actor=actor, at=now, target=endpoint, is_demo=endpoint.is_demo, count=count)
    enqueue(
        REPLAY,
        idem_key=f"{REPLAY}:{endpoint.pk}:{now:%Y%m%d%H%M%S%f}",
        payload={"endpoint": str(endpoint.pk), "since": since.isoformat(), "until": now.isoformat()},
        now=now,
    )
    return count


def replay(claim: Claim) -> dict[str, int | str]:
    """The job: chunk by chunk, in the order in which things happened."""
    endpoint_id = uuid.UUID(claim.payload["endpoint"])
    bounds = [dt.datetime.fromisoformat(claim.payload[name]) for name in ("since", "until")]
    rows = WebhookDelivery.objects.filter(endpoint=endpoint_id, created_at__range=bounds).order_by("created_at", "id")
    done, last = 0, None
    while chunk := list((rows.filter(created_at__gte=last.created_at) if last else rows)[: CHUNK + 1]):
        fresh = [row for row in chunk if last is None or (row.created_at, row.pk) > (last.created_at, last.pk)][:CHUNK]
        if not fresh:
            break
        with transaction.atomic():
            claim.hold()
            done += _queue_again(fresh, claim.now)
        last = fresh[-1]
    return {"queued": done}


def _queue_again(rows: Sequence[WebhookDelivery], now: dt.datetime) -> int:
    """Write these messages anew from their ids and queue them; those that wait already stay as they are."""
    pks = [row.pk for row in rows]
    mine = WebhookDelivery.objects.select_for_update().select_related("endpoint")
    locked = list(mine.filter(pk__in=pks).exclude(state=DeliveryState.QUEUED).order_by("topic", "sequence"))
    if not locked:
        return 0
    endpoint = locked[0].endpoint
    for topic in dict.fromkeys(row.topic for row in locked):
        same = [row for row in locked if row.topic == topic]
        for row, body in zip(same, bodies(endpoint, happenings_of(same)), strict=True):
            row.body, row.state, row.attempts, row.last_outcome = body, DeliveryState.QUEUED, 0, ""
            row.round_at = row.next_at = now
    columns = ["body", "state", "attempts", "last_outcome", "round_at", "next_at"]
    for row in locked:
        row.save(update_fields=columns)
    ring_pump(endpoint.pk, now=now, why=f"replay:{locked[0].pk}:{now:%Y%m%d%H%M%S%f}")
    return len(locked)


@transaction.atomic
def settle_delivery(*, delivery: WebhookDelivery, actor: Actor, now: dt.datetime) -> None:
    """Somebody told the system by hand: nobody waits for this message any more. StaleState where it is
    confirmed."""
    open_ones = WebhookDelivery.objects.filter(pk=delivery.pk, accepted_at=None).exclude(state=DeliveryState.SETTLED)
    if open_ones.update(state=DeliveryState.SETTLED, body="") != 1:
        raise StaleState("This message is confirmed already.")
    record(
        SETTLED,
        actor=actor,
        at=now,
        subject_id=delivery.subject_id,
        target=delivery,
        is_demo=delivery.is_demo,
        topic=delivery.topic,
        about=delivery.about,
    )

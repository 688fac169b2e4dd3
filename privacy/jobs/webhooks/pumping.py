"""Deliver what is due at one endpoint: one process at a time, for a short turn, one message after another.

A row stays queued until the answer is recorded. Whoever is killed in between leaves it queued, and it is sent
again under the same id: at least once, and never lost. A system that is down is left alone for growing
times, as a whole; one message that it refuses does not hold back the others.
"""

import datetime as dt
import time
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.jobs.webhooks import rules
from privacy.jobs.webhooks.audit_events import DELIVERED, GIVEN_UP
from privacy.jobs.webhooks.models import (
    DeliveryState,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSecret,
)
from privacy.jobs.webhooks.posting import post
from privacy.jobs.webhooks.queueing import ring_pump
from privacy.jobs.webhooks.signing import signature
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM

TURN_SECONDS = 20  # then other work has its turn
STRIKES = 3  # failures in a row after which a system counts as down
AT_MOST = rules.LONGEST_WAIT + dt.timedelta(hours=1)  # a wait beyond it was made by a clock that was wrong


def pump(claim: Claim) -> dict[str, int | str]:
    """The job: deliver what is due. A look that finds somebody at it leaves: whoever is at it looks once more."""
    endpoint_id = uuid.UUID(claim.payload["endpoint"])
    end, sent = time.monotonic() + TURN_SECONDS, 0
    while time.monotonic() < end and (token := _take(endpoint_id)):
        try:
            while time.monotonic() < end and _deliver_next(claim, endpoint_id):
                sent += 1
        finally:
            WebhookEndpoint.objects.filter(pk=endpoint_id, busy_token=token).update(busy_until=None, busy_token=None)
        if not due_at(endpoint_id, clock.now()).exists():
            break
    return {"sent": sent}


def ring_what_is_due(now: dt.datetime) -> None:
    """With every poll: whatever a lost bell, a wait that is over or a killed process left queued."""
    queued = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.QUEUED).filter(
        _has_come("next_at", now)
    )
    waiting = _free_endpoints(now).filter(Exists(queued)).values_list("pk", flat=True)
    for pk in waiting:
        with transaction.atomic():
            ring_pump(pk, now=now, why=f"{int(now.timestamp()) // 5}")


def due_at(endpoint_id: uuid.UUID, now: dt.datetime) -> "QuerySet[WebhookDelivery]":
    """What may be sent now, in order. A later event of a person and purpose waits for the earlier one, unless
    the system has refused that."""
    if not _free_endpoints(now, or_busy=True).filter(pk=endpoint_id).exists():
        return WebhookDelivery.objects.none()
    queued = WebhookDelivery.objects.filter(endpoint=endpoint_id, state=DeliveryState.QUEUED)
    earlier = queued.filter(
        subject_id=OuterRef("subject_id"), about=OuterRef("about"), sequence__lt=OuterRef("sequence")
    ).exclude(REFUSED)
    return queued.filter(_has_come("next_at", now)).filter(~Exists(earlier)).order_by("next_at", "sequence")


REFUSED = Q(last_outcome="not_acknowledged") | (
    Q(last_outcome__startswith="status_4") & ~Q(last_outcome__in=[f"status_{each}" for each in rules.TRY_LATER])
)


def _has_come(field: str, now: dt.datetime) -> Q:
    return Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + AT_MOST})


def _free_endpoints(now: dt.datetime, *, or_busy: bool = False) -> "QuerySet[WebhookEndpoint]":
    rows = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE)
    rows = rows.filter(Q(quiet_until=None) | _has_come("quiet_until", now))
    return rows if or_busy else rows.filter(Q(busy_until=None) | _has_come("busy_until", now))


def _take(endpoint_id: uuid.UUID) -> uuid.UUID | None:
    now, token = clock.now(), uuid.uuid4()
    until = now + dt.timedelta(seconds=TURN_SECONDS + 3 * settings.KEPT_WEBHOOK_TIMEOUT_SECONDS)
    taken = _free_endpoints(now).filter(pk=endpoint_id).update(busy_until=until, busy_token=token)
    return token if taken == 1 else None


def _deliver_next(claim: Claim, endpoint_id: uuid.UUID) -> bool:
    """Send the next message; False where there is none."""
    now = clock.now()
    row = due_at(endpoint_id, now).select_related("endpoint").first()
    if row is None:
        return False
    started = time.monotonic()
    outcome = _post(row, now)
    _note(claim, row, outcome, int((time.monotonic() - started) * 1000))
    return True


def _post(row: WebhookDelivery, now: dt.datetime) -> str:
    live = WebhookSecret.objects.filter(endpoint=row.endpoint).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    body = row.body.encode()
    signatures = [
        signature(each.scheme, each.secret, message_id=row.message_id, at=now, body=body)
        for each in live.order_by("-made_at")
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Kept-Webhooks",
        "webhook-id": row.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return post(row.endpoint.url, body, headers, must_acknowledge=row.endpoint.must_acknowledge)


def _note(claim: Claim, row: WebhookDelivery, outcome: str, took_ms: int) -> None:
    """Record what came of it. Nothing counts that a worker without its lease did."""
    now = clock.now()
    with transaction.atomic():
        claim.hold()
        claim.note_progress()
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=row.endpoint_id)
        mine = WebhookDelivery.objects.select_for_update().filter(pk=row.pk, state=DeliveryState.QUEUED)
        if not mine.update(attempts=F("attempts") + 1, last_outcome=outcome):
            return
        row.refresh_from_db(fields=["attempts"])
        WebhookAttempt.objects.create(delivery=row, at=now, outcome=outcome, took_ms=took_ms)
        if outcome == rules.ACCEPTED:
            _accept(endpoint, row, now)
        else:
            _postpone(endpoint, row, outcome, now)


def _accept(endpoint: WebhookEndpoint, row: WebhookDelivery, now: dt.datetime) -> None:
    WebhookDelivery.objects.filter(pk=row.pk).update(state=DeliveryState.ACCEPTED, body="", accepted_at=now)
    if endpoint.failures:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=0, failing_since=None, quiet_until=None)
    record(
        DELIVERED,
        actor=SYSTEM,
        at=now,
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        topic=row.topic,
        about=row.about,
        attempts=row.attempts,
    )


def _postpone(endpoint: WebhookEndpoint, row: WebhookDelivery, outcome: str, now: dt.datetime) -> None:
    WebhookDelivery.objects.filter(pk=row.pk).update(next_at=now + rules.wait_after(row.attempts))
    spent = WebhookDelivery.objects.filter(pk=row.pk)
    is_over = rules.is_spent(since=row.round_at, tries=row.attempts, now=now)
    if not rules.is_refusal(outcome):
        failures, since = endpoint.failures + 1, endpoint.failing_since or now
        is_down = not outcome.startswith("status_") or failures >= STRIKES
        quiet = now + rules.wait_after(failures) if is_down else None
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=failures, failing_since=since, quiet_until=quiet)
        if rules.is_spent(since=since, tries=failures, now=now):  # down for three days: nobody is asked one by one
            spent = endpoint.deliveries.filter(state=DeliveryState.QUEUED, round_at__lte=now - rules.TRY_FOR)
            is_over = True
    if is_over and (count := spent.update(state=DeliveryState.GIVEN_UP, body="")):
        record(GIVEN_UP, actor=SYSTEM, at=now, target=endpoint, is_demo=endpoint.is_demo, count=count, outcome=outcome)

"""Events become rows for every endpoint that wants them, in the transaction of the act that they tell of."""

import datetime as dt
import json
import time
import uuid
from collections.abc import Iterable, Sequence

from django.db import connection

from privacy.jobs.services import enqueue
from privacy.jobs.webhooks.models import EndpointState, WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.topics import Happening, known_topic
from privacy.kernel import clock

AT_ONCE = 500
PUMP = "webhooks.pump"
NOBODY_SECONDS = 1.0


class _Nobody:
    """Until when a process may go on believing that there is no endpoint."""

    until = 0.0


def anybody_listens() -> bool:
    """Whether there is an endpoint at all. It stands in the way of every decision, so "nobody" is believed for a
    second: a new endpoint hears of everything from a second after it was made."""
    if time.monotonic() < _Nobody.until:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM webhooks_webhookendpoint WHERE state <> 'ended' LIMIT 1")
        found = cursor.fetchone() is not None
    _Nobody.until = 0.0 if found else time.monotonic() + NOBODY_SECONDS
    return found


def look_again() -> None:
    """Ask the database at the next decision: an endpoint was made in this process."""
    _Nobody.until = 0.0


def queue_happenings(happenings: Sequence[Happening], *, now: dt.datetime) -> int:
    """Queue these for everybody who wants them, once each; how many messages that makes.

    Call it in the transaction of the act. The first attempt follows right after its commit.
    """
    if not happenings or not anybody_listens():
        return 0
    endpoints = WebhookEndpoint.objects.exclude(state=EndpointState.ENDED).order_by("id")
    return sum(queue_for(each, _wanted(each, happenings), now=now) for each in endpoints)


def _wanted(endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[Happening]:
    topics, abouts = set(endpoint.topics.split()), set(endpoint.abouts.split())
    return [
        each
        for each in happenings
        if each.topic in topics and (not abouts or each.about in abouts) and each.is_demo == endpoint.is_demo
    ]


def queue_for(endpoint: WebhookEndpoint, happenings: Sequence[Happening], *, now: dt.datetime) -> int:
    """Queue these for one endpoint."""
    if not happenings:
        return 0
    rows = []
    for topic in dict.fromkeys(each.topic for each in happenings):
        mine = [each for each in happenings if each.topic == topic]
        for happening, body in zip(mine, bodies(endpoint, mine), strict=True):
            rows.append(_row(endpoint, happening, body, now))
    WebhookDelivery.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    ring_pump(endpoint.pk, now=now, why=str(rows[0].pk))
    return len(rows)


def bodies(endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[str]:
    """The messages of one topic as they are sent, byte for byte the same at every attempt."""
    data = known_topic(happenings[0].topic).render(endpoint, happenings)
    return [
        json.dumps(
            {"type": each.topic, "timestamp": clock.canonical(each.at), "data": {"sequence": each.sequence, **one}},
            separators=(",", ":"),
        )
        for each, one in zip(happenings, data, strict=True)
    ]


def _row(endpoint: WebhookEndpoint, happening: Happening, body: str, now: dt.datetime) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint=endpoint,
        topic=happening.topic,
        about=happening.about,
        subject_id=happening.subject_id,
        event_id=happening.event_id,
        sequence=happening.sequence,
        lowers=happening.lowers,
        body=body,
        created_at=now,
        round_at=now,
        next_at=now,
        is_demo=happening.is_demo,
    )


def ring_pump(endpoint_id: uuid.UUID, *, now: dt.datetime, why: str) -> None:
    """Have somebody look at the messages of an endpoint; `why` makes asking twice for the same harmless."""
    enqueue(PUMP, idem_key=f"{PUMP}:{endpoint_id}:{why}", payload={"endpoint": str(endpoint_id)}, now=now)


def happenings_of(rows: Iterable[WebhookDelivery]) -> list[Happening]:
    """What these messages told, from their ids: for writing them anew."""
    return [
        Happening(
            row.topic,
            row.event_id,
            dt.datetime.fromtimestamp(row.sequence / 1_000_000, dt.UTC),
            row.sequence,
            subject_id=row.subject_id,
            about=row.about,
            lowers=row.lowers,
            is_demo=row.is_demo,
        )
        for row in rows
    ]

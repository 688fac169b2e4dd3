"""Consent events for other systems: what is told, and how a person is named without saying who they are."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from accounts.models import Identifier
from consent.dispatch import Happened
from consent.models import ConsentEvent
from consent.rules import LOW
from consent.vocabulary import Status
from privacy.jobs.webhooks.models import WebhookEndpoint
from privacy.jobs.webhooks.queueing import anybody_listens, queue_happenings
from privacy.jobs.webhooks.topics import Happening, topic
from privacy.kernel import clock
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import SubjectAlias
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on

TOPIC = "consent.changed"
LOWERING = LOW | {Status.EXPIRED, Status.PAUSED, Status.SLOWED}
HASHED = (IdentifierKind.EMAIL, IdentifierKind.PHONE)


def tell_systems(events: Sequence[Happened]) -> None:
    """The listener: in the transaction of the decision, so that neither is without the other."""
    if not anybody_listens() or not is_on("consent.webhooks"):
        return
    happenings = [
        Happening(
            TOPIC,
            event.pk,
            event.at,
            sequence_of(event.at),
            subject_id=event.subject_id,
            about=event.purpose,
            lowers=event.status in LOWERING,
            is_demo=event.is_demo,
        )
        for event in events
    ]
    queue_happenings(happenings, now=clock.now())


def sequence_of(at: dt.datetime) -> int:
    """Microseconds: a person's decisions never share a moment, and each is later than the one before."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


@topic(TOPIC, label="A person decided about a purpose")
def render(endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[dict[str, Any]]:
    """What an endpoint may see of these events."""
    events = ConsentEvent.objects.in_bulk([each.event_id for each in happenings])
    people = _people(endpoint, {each.subject_id for each in happenings if each.subject_id})
    return [_data(events[each.event_id], people[events[each.event_id].subject_id]) for each in happenings]


def _data(event: ConsentEvent, person: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_id": str(event.pk),
        "subject": person,
        "purpose": event.purpose,
        "channel": event.channel,
        "status": event.status,
        "previous": event.previous,
        "lowers": event.status in LOWERING,
        "until": clock.canonical(event.until) if event.until else None,
        "policy_version": event.policy_on.isoformat() if event.policy_on else None,
    }


def _people(endpoint: WebhookEndpoint, subject_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Each person as this endpoint may know them. `ref` is the same for every event of a subject."""
    ids = list(subject_ids)
    merged = SubjectAlias.objects.filter(Q(subject_id__in=ids) | Q(canonical_id__in=ids)).exists()
    members = {each: alias_set(each) if merged else (each,) for each in ids}
    rows = Identifier.objects.filter(subject_id__in={one for each in members.values() for one in each})
    known: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    for row in rows.order_by("created_at", "id"):
        known[row.subject_id].append((row.kind, row.value))
    return {each: _person(endpoint, each, [pair for member in members[each] for pair in known[member]]) for each in ids}


def _person(endpoint: WebhookEndpoint, subject_id: uuid.UUID, known: list[tuple[str, str]]) -> dict[str, Any]:
    key = endpoint.hash_key.encode()
    prefix = endpoint.external_prefix
    person: dict[str, Any] = {
        "ref": _keyed(key, str(subject_id)),
        "hashes": [{"kind": kind, "hash": _keyed(key, value)} for kind, value in known if kind in HASHED],
        "external": [
            value for kind, value in known if prefix and kind == IdentifierKind.EXTERNAL and value.startswith(prefix)
        ],
    }
    if endpoint.with_identifier:
        person["identifiers"] = [{"kind": kind, "value": value} for kind, value in known if kind in HASHED]
    return person


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

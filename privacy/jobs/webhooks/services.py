"""Endpoints and their secrets: made, changed and ended here, each act on the log."""

import datetime as dt
import secrets as random
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from privacy.audit.services import record
from privacy.jobs.webhooks.addresses import target_of
from privacy.jobs.webhooks.audit_events import ENDPOINT_CHANGED, ENDPOINT_MADE, SECRET_ROTATED
from privacy.jobs.webhooks.models import EndpointState, Scheme, WebhookEndpoint, WebhookSecret
from privacy.jobs.webhooks.queueing import look_again, queue_for, ring_pump
from privacy.jobs.webhooks.signing import new_secret, shown_form
from privacy.jobs.webhooks.topics import PING, Happening, subscribable
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.texts import one_line

OVERLAP = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an endpoint is to be told, and how. `abouts` empty means everything of its topics."""

    url: str
    topics: tuple[str, ...]
    abouts: tuple[str, ...] = ()
    scheme: str = Scheme.V1
    must_acknowledge: bool = False
    with_identifier: bool = False
    external_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new endpoint with what its receiver needs. Both texts are shown once."""

    endpoint: WebhookEndpoint
    secret: str
    hash_key: str


@transaction.atomic
def make_endpoint(*, label: str, wishes: Wishes, actor: Actor, now: dt.datetime, is_demo: bool = False) -> Made:
    """Tell a system of events from now on. InvalidInput names label, url, topics or scheme."""
    label = one_line(label)[:80]
    target_of(wishes.url)
    known = {each.name for each in subscribable()}
    if not wishes.topics or set(wishes.topics) - known:
        raise InvalidInput(f"Choose among: {', '.join(sorted(known))}.", field="topics")
    if wishes.scheme not in Scheme.values:
        raise InvalidInput("Choose v1 or v1a.", field="scheme")
    if not label or WebhookEndpoint.objects.filter(label=label).exists():
        raise InvalidInput("Give a name that no other webhook has.", field="label")
    hash_key = random.token_hex(32)
    endpoint = WebhookEndpoint.objects.create(
        label=label,
        url=wishes.url,
        topics=" ".join(wishes.topics),
        abouts=" ".join(wishes.abouts),
        scheme=wishes.scheme,
        must_acknowledge=wishes.must_acknowledge,
        with_identifier=wishes.with_identifier,
        external_prefix=wishes.external_prefix,
        hash_key=hash_key,
        created_at=now,
        is_demo=is_demo,
    )
    look_again()
    transaction.on_commit(look_again)
    secret = _give_secret(endpoint, now)
    record(
        ENDPOINT_MADE,
        actor=actor,
        at=now,
        target=endpoint,
        is_demo=is_demo,
        topics=endpoint.topics,
        with_identifier=endpoint.with_identifier,
    )
    return Made(endpoint, secret, hash_key)


def _give_secret(endpoint: WebhookEndpoint, now: dt.datetime) -> str:
    secret = new_secret(endpoint.scheme)
    WebhookSecret.objects.create(endpoint=endpoint, scheme=endpoint.scheme, secret=secret, made_at=now)
    return shown_form(endpoint.scheme, secret)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, actor: Actor, now: dt.datetime, overlap: dt.timedelta = OVERLAP) -> str:
    """Sign with a new secret, and for a while with the old one too. Returns what the receiver is given, once."""
    row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.state == EndpointState.ENDED:
        raise StaleState("This webhook has ended.")
    row.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=now + overlap)).update(ends_at=now + overlap)
    secret = _give_secret(row, now)
    hours = int(overlap.total_seconds() // 3600)
    record(SECRET_ROTATED, actor=actor, at=now, target=row, is_demo=row.is_demo, overlap_hours=hours)
    return secret


@transaction.atomic
def set_endpoint_state(*, endpoint: WebhookEndpoint, state: str, actor: Actor, now: dt.datetime) -> None:
    """Pause, resume or end. What happens during a pause is sent afterwards. StaleState where nothing changes
    or it has ended: an end is an end, for its secrets are gone."""
    before = {EndpointState.ACTIVE: ["paused"], EndpointState.PAUSED: ["active"]}.get(
        EndpointState(state), ["active", "paused"]
    )
    changed = WebhookEndpoint.objects.filter(pk=endpoint.pk, state__in=before).update(
        state=state, quiet_until=None, failures=0, failing_since=None
    )
    if changed != 1:
        raise StaleState("Somebody changed this a moment ago, or it has ended. Load the page again.")
    if state == EndpointState.ENDED:
        WebhookSecret.objects.filter(endpoint=endpoint).delete()
        endpoint.deliveries.exclude(body="").update(body="")
    record(ENDPOINT_CHANGED, actor=actor, at=now, target=endpoint, is_demo=endpoint.is_demo, state=str(state))
    if state == EndpointState.ACTIVE:
        ring_pump(endpoint.pk, now=now, why=f"resumed:{now:%Y%m%d%H%M%S%f}")


@transaction.atomic
def send_ping(*, endpoint: WebhookEndpoint, now: dt.datetime) -> None:
    """Send a test message that says nothing about anybody."""
    happening = Happening(PING, uuid.uuid4(), now, int(now.timestamp() * 1_000_000), is_demo=endpoint.is_demo)
    queue_for(endpoint, [happening], now=now)

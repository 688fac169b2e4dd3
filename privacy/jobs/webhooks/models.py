"""Who is told what, and how it went. The rows are the truth; a job only makes somebody look at them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class EndpointState(models.TextChoices):
    """Whether an endpoint is told. What happens while it is paused waits for it."""

    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"
    ENDED = "ended", "ended"


class Scheme(models.TextChoices):
    """How messages are signed (Standard Webhooks)."""

    V1 = "v1", "v1: a shared secret (HMAC-SHA256)"
    V1A = "v1a", "v1a: a key pair (Ed25519)"


class WebhookEndpoint(models.Model):
    """A system that is told. `topics` and `abouts` (empty: all) narrow what it hears.

    By default it never sees an identifier: it recognizes a person by `hash_key` (a keyed hash of the
    address), or by external ids that begin with `external_prefix`. `failures` in a row lengthen
    `quiet_until`; one process at a time is at it, until `busy_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=80, unique=True)
    url = models.CharField(max_length=500)
    topics = models.CharField(max_length=200)
    abouts = models.CharField(max_length=500, blank=True)
    scheme = models.CharField(max_length=3, choices=Scheme.choices, default=Scheme.V1)
    must_acknowledge = models.BooleanField(default=False)
    with_identifier = models.BooleanField(default=False)
    external_prefix = models.CharField(max_length=40, blank=True)
    hash_key = EncryptedTextField()
    state = models.CharField(max_length=8, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    created_at = models.DateTimeField(default=clock.now)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)
    busy_token = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("manage_webhooks", "May manage webhooks and send events again")]

    def __str__(self) -> str:
        return self.label


class WebhookSecret(models.Model):
    """What messages to an endpoint are signed with. After a rotation the old one signs too, until `ends_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="secrets")
    scheme = models.CharField(max_length=3, choices=Scheme.choices)
    secret = EncryptedTextField()
    made_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"secret {self.id}"


class DeliveryState(models.TextChoices):
    """Where a message to one endpoint stands."""

    QUEUED = "queued", "waiting"
    ACCEPTED = "accepted", "confirmed"
    GIVEN_UP = "given_up", "given up"
    SETTLED = "settled", "settled by hand"


class WebhookDelivery(models.Model):
    """One event for one endpoint. `about` is what it concerns (of consent: the purpose), `sequence` rises
    with each event of a person, `lowers` marks what must reach everybody: a withdrawal.

    `body` is what is sent, the same at each attempt; it is blanked when the message is accepted or given
    up, and made again from the ids for a replay. `accepted_at` stays through a replay.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    topic = models.CharField(max_length=40)
    about = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True, blank=True, db_index=True)
    event_id = models.UUIDField()
    sequence = models.BigIntegerField()
    lowers = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    body = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    round_at = models.DateTimeField(default=clock.now)
    next_at = models.DateTimeField(default=clock.now)
    attempts = models.IntegerField(default=0)
    last_outcome = models.CharField(max_length=24, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "topic", "event_id"], name="webhook_event_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "next_at"], condition=Q(state="queued"), name="webhook_due"),
            models.Index(
                fields=["endpoint", "subject_id", "about", "sequence"],
                condition=Q(state="queued"),
                name="webhook_lane",
            ),
            models.Index(fields=["created_at"], condition=Q(lowers=True, accepted_at=None), name="webhook_unconfirmed"),
            models.Index(fields=["endpoint", "-created_at"], name="webhook_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"

    @property
    def message_id(self) -> str:
        """The same for every attempt and replay, so that a receiver takes it once."""
        return f"msg_{self.id.hex}"


class WebhookAttempt(models.Model):
    """One try: when, how it ended, how long it took. Nothing of the answer is kept."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=24)
    took_ms = models.IntegerField()

    def __str__(self) -> str:
        return self.outcome

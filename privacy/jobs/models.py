"""Work to do and mail to send, as rows. The row is the truth; Celery and Redis only ring the bell."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class JobState(models.TextChoices):
    """Where a job stands. `needs_human` is the end of all attempts, and a person sees it."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    NEEDS_HUMAN = "needs_human"


class Job(models.Model):
    """One piece of work. `idem_key` makes asking twice harmless; `fence` rises with every claim, and
    only the holder of the newest may finish."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    idem_key = models.CharField(max_length=160, unique=True)
    payload = models.TextField(default="{}")
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.READY)
    run_after = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    deaths = models.IntegerField(default=0)  # workers that vanished with it since it last got somewhere
    last_error_code = models.CharField(max_length=60, blank=True)
    result = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run_after", "id"], condition=Q(state__in=["ready", "running"]), name="job_to_do"),
            models.Index(fields=["state", "created_at"], name="job_by_state"),
            models.Index(fields=["created_at", "id"], name="job_by_time"),
            models.Index(fields=["created_at"], condition=Q(state__in=["needs_human"]), name="job_for_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class MessageClass(models.TextChoices):
    """What a message is for: the send gate and the rules for repeating go by it."""

    TRANSACTIONAL = "transactional"
    REMINDER = "reminder"
    NOTICE = "notice"
    SECRET = "secret"  # noqa: S105 - a class of messages, not a password
    PROMOTIONAL = "promotional"


class SendState(models.TextChoices):
    """Where a message stands. `uncertain`: it may have been accepted, and nobody can know."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"  # by the send gate
    GIVEN_UP = "given_up"  # by the mail server, for good


class OutboxMessage(models.Model):
    """Something that leaves the house. Template and ids; `secret` only for what cannot be rendered
    again. Recipient and secret are blanked when the message is accepted or given up. `seen_at`: when a person
    said that what was given up needs nobody any more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    idem_key = models.CharField(max_length=160, unique=True)
    template = models.CharField(max_length=60)
    message_class = models.CharField(max_length=16, choices=MessageClass.choices)
    subject_id = models.UUIDField(null=True, blank=True, db_index=True)
    recipient = EncryptedTextField(blank=True)
    secret_text = EncryptedTextField(blank=True)
    context_text = models.TextField(default="{}")
    state = models.CharField(max_length=12, choices=SendState.choices, default=SendState.QUEUED)
    reason = models.CharField(max_length=60, blank=True)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "created_at"], name="outbox_by_state"),
            models.Index(fields=["created_at", "id"], name="outbox_by_time"),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["given_up", "uncertain"], seen_at=None),
                name="outbox_for_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"

    @property
    def context(self) -> dict[str, Any]:
        """The ids and codes that the template is rendered from."""
        values: dict[str, Any] = json.loads(self.context_text)
        return values

    @property
    def secret(self) -> dict[str, Any]:
        """What could not be rendered again, such as a token; empty once the message is gone."""
        values: dict[str, Any] = json.loads(self.secret_text) if self.secret_text else {}
        return values

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a mailbox shows a repeated mail once."""
        return f"<{self.id}@kept.invalid>"


class CapturedMail(models.Model):
    """A mail kept here instead of sent: where no mail server is configured."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outbox = models.OneToOneField(OutboxMessage, on_delete=models.CASCADE, related_name="captured")
    recipient = EncryptedTextField()
    subject = EncryptedTextField()
    text = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"captured mail {self.id}"


class Heartbeat(models.Model):
    """When something that should happen again and again last did: its absence is the alarm."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

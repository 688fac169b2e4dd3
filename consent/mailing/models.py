"""Campaigns, and what was measured with a consent of its own."""

import json
import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.personal_data.models import Subject


class CampaignState(models.TextChoices):
    """Where a campaign stands. Only a draft can be changed; a stopped one stays stopped."""

    DRAFT = "draft", "draft"
    SENDING = "sending", "sending"
    SENT = "sent", "sent"
    STOPPED = "stopped", "stopped"


class Campaign(models.Model):
    """One text for everybody who allows one topic. It names nobody; `cursor` is how far the sending came.

    `counts_text` holds how many get it and why others do not, of the newest dry run and of the sending.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField("topic", max_length=60)
    subject_line = models.CharField("subject", max_length=150)
    text = models.TextField()
    state = models.CharField(max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)
    started_by = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    cursor = models.UUIDField(null=True, blank=True)
    counts_text = models.TextField(default="{}")
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("send_campaign", "Can write and send campaigns")]

    def __str__(self) -> str:
        return f"campaign {self.id}"

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """`dry_run` and `sending`: a count for each reason; `allowed` is who gets it."""
        values: dict[str, dict[str, int]] = json.loads(self.counts_text)
        return values


class ReadingKind(models.TextChoices):
    """What was measured; each is a purpose of its own."""

    CLICK = "click", "link followed"
    OPEN = "open", "mail opened"


class MailReading(models.Model):
    """A person opened a mail or followed a link of it, while they allowed to measure that. Once for each link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ReadingKind.choices)
    topic = models.CharField(max_length=60)
    mail_id = models.CharField(max_length=64)
    campaign = models.UUIDField(null=True, blank=True, db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(db_index=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "mail_id", "kind", "position"], name="mail_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

"""What people decided about single things within a purpose: events, and the projection that is asked."""

import uuid
from typing import ClassVar

from django.db import models

from consent.vocabulary import Door, Status
from privacy.audit.models import EvidenceModel
from privacy.kernel import clock
from privacy.personal_data.models import Subject


class ScopedEvent(EvidenceModel):
    """One decision about one thing. `scope` is `kind:key`; `shown_digest` the hash of what the person read about
    it, `notice_digest` of the purpose's own text. Codes and hashes only; it outlives the person."""

    subject_id = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=60)
    scope = models.CharField(max_length=64)
    status = models.CharField(max_length=12, choices=Status.choices)
    previous = models.CharField(max_length=12, blank=True)
    door = models.CharField(max_length=12, choices=Door.choices)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    shown_digest = models.CharField(max_length=64, blank=True)
    notice_digest = models.CharField(max_length=64, blank=True)
    notice_language = models.CharField(max_length=12, blank=True)
    policy_on = models.DateField(null=True, blank=True)
    site = models.CharField(max_length=40, blank=True)

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_id",
        "purpose",
        "scope",
        "status",
        "previous",
        "door",
        "actor_kind",
        "actor_id",
        "shown_digest",
        "notice_digest",
        "notice_language",
        "policy_on",
        "site",
    )

    class Meta:
        app_label = "consent"
        indexes: ClassVar = [models.Index(fields=["subject_id", "at"], name="scoped_event_of_subject")]

    def __str__(self) -> str:
        return f"{self.status} {self.scope}"


class ScopedGrant(models.Model):
    """The newest event's outcome. Written in the event's transaction, and only there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="scoped_grants")
    purpose = models.CharField(max_length=60)
    scope = models.CharField(max_length=64)
    status = models.CharField(max_length=12, choices=Status.choices)
    shown_digest = models.CharField(max_length=64)
    event_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "consent"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "purpose", "scope"], name="scoped_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.status}"

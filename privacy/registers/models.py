"""Whom data goes to, each time that it went, and how often it was refused."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.audit.models import EvidenceModel
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark


class RecipientFile(models.Model):
    """One recipient by name, of a kind that the policy names (`policy_code`). `categories` is the most that it
    may receive; `contract` what binds it, `contract_until` when that ends (empty: no end)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    policy_code = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    country = models.CharField(max_length=60)
    uses = models.TextField()  # what it does with the data, as a person reads it
    categories = models.JSONField(default=list)
    contract = models.CharField(max_length=120, blank=True)
    contract_on = models.DateField(null=True, blank=True)
    contract_until = models.DateField(null=True, blank=True)
    measures = models.TextField(blank=True)
    policy_url = models.URLField(max_length=300, blank=True)
    review_on = models.DateField()
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["label", "code"]
        permissions: ClassVar = [("manage_recipients", "May keep the files of recipients")]

    def __str__(self) -> str:
        return self.code

    @property
    def scope(self) -> str:
        """What a person's grant for exactly this recipient is bound to."""
        return f"recipient:{self.code}"


class Disclosure(EvidenceModel):
    """Data of one person that was passed on: what, to whom, why, on which basis. Codes, ids and hashes only.

    `grant_id` is the evidence of the consent that it rests on; `categories` are codes, separated by spaces.
    """

    subject_id = models.UUIDField(db_index=True)
    recipient = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)
    categories = models.CharField(max_length=400)
    basis = models.CharField(max_length=24)
    grant_id = models.UUIDField(null=True, blank=True)
    policy_on = models.DateField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    idem_hash = models.CharField(max_length=64)
    body_mac = models.CharField(max_length=64)

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_id",
        "recipient",
        "purpose",
        "categories",
        "basis",
        "grant_id",
        "policy_on",
        "actor_kind",
        "actor_id",
        "idem_hash",
        "body_mac",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor_id", "idem_hash"], name="disclosed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "at"], name="disclosure_of_subject"),
            models.Index(fields=["-at", "-id"], name="disclosure_by_time"),
        ]

    def __str__(self) -> str:
        return f"disclosure to {self.recipient}"


class RefusedDisclosure(models.Model):
    """How often passing data on was refused, per day, recipient, purpose and reason. Nobody is named."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    recipient = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)
    reason = models.CharField(max_length=32)
    count = models.PositiveIntegerField(default=0)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-day", "recipient", "purpose", "reason"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "recipient", "purpose", "reason"], name="refused_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.count}"

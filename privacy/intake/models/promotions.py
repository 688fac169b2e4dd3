"""Promotions with an end, and entries that stand on a consent to exactly that promotion."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.intake.vocabulary import EntryState
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


class Promotion(models.Model):
    """`terms` is what a person reads before entering. Neither it nor the end changes once the promotion stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=120)
    terms = models.TextField()
    site = models.CharField(max_length=40)
    ends_on = models.DateField()
    opened_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-ends_on", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def scope(self) -> str:
        return f"promotion:{self.code}"


class PromotionEntry(models.Model):
    """One person in one promotion. `answers` is what they entered (JSON)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="entries")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=EntryState.choices, default=EntryState.PENDING)
    answers = EncryptedTextField(blank=True)
    received_at = models.DateTimeField(default=clock.now)
    entered_at = models.DateTimeField(null=True, blank=True)
    promotion_ended_on = models.DateField()
    is_demo = DemoMark()

    class Meta:
        verbose_name_plural = "promotion entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["promotion", "subject"], name="entered_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["promotion_ended_on", "id"], name="entry_by_end"),
            models.Index(fields=["state", "received_at"], name="entry_pending"),
        ]

    def __str__(self) -> str:
        return f"entry {self.id}"

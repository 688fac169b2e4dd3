"""A collection: what a person, or somebody about them, gave on one occasion, each value with its source."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from privacy.intake.vocabulary import HowTold, Touchpoint
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


class Collection(models.Model):
    """One occasion: where, by which form, under which notice, for which purpose. `asked` says what became of
    the consents that the form asked for (codes only); `minimum_age` which age was asked for, never the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="collections", db_index=False)
    received_at = models.DateTimeField(default=clock.now)
    touchpoint = models.CharField(max_length=24, choices=Touchpoint.choices)
    site = models.CharField(max_length=40)
    form = models.CharField(max_length=60)
    notice_on = models.DateField()
    notice_language = models.CharField(max_length=12)
    purpose = models.CharField(max_length=60)
    asked = models.JSONField(default=dict, blank=True)
    minimum_age = models.PositiveSmallIntegerField()
    masked = models.PositiveSmallIntegerField(default=0)
    key_id = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "-received_at"], name="collection_of_subject"),
            models.Index(fields=["-received_at", "-id"], name="collection_by_time"),
        ]

    def __str__(self) -> str:
        return f"collection {self.id}"


class CollectedValue(models.Model):
    """One value. `source` is the person, or whoever else told us; `obtained_on` when they did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="values")
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    value = EncryptedTextField()
    source = models.CharField(max_length=40)
    obtained_on = models.DateField()
    evidence = EncryptedTextField(blank=True)
    received_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["category", "received_at", "id"], name="value_by_category")]

    def __str__(self) -> str:
        return f"value {self.id}"


class TellTask(models.Model):
    """Somebody else told us about a person: the person must hear of it by `due_on` (Article 14 GDPR)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="tell_tasks")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    opened_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    how_told = models.CharField(max_length=8, choices=HowTold.choices, blank=True)
    told_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        verbose_name = "duty to tell a person"
        verbose_name_plural = "duties to tell people"
        permissions: ClassVar = [
            ("tell_people", "May tell people where their data came from"),
            ("publish_people", "May publish testimonials, customers and promotions"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "source"], name="tell_once"),
            models.CheckConstraint(
                condition=Q(told_at=None, how_told="") | Q(told_at__isnull=False) & ~Q(how_told=""),
                name="told_somehow",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["due_on"], condition=Q(told_at=None), name="tell_open")]

    def __str__(self) -> str:
        return f"tell {self.id}"

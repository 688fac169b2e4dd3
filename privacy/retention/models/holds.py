"""Legal holds: what must not be erased, whatever anybody asks, until somebody releases it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


class LegalHold(models.Model):
    """One matter. The reason is privileged: it is never shown to the people it concerns."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = EncryptedTextField()
    ground = models.CharField(max_length=40)
    review_on = models.DateField()
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["released_at", "-opened_at", "-id"], name="holds_as_listed")]
        permissions: ClassVar = [("manage_holds", "May place and release legal holds")]

    def __str__(self) -> str:
        return f"hold {self.id}"


class HoldTarget(models.Model):
    """What a hold keeps: all of a person, a whole table, or one table of one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hold = models.ForeignKey(LegalHold, on_delete=models.CASCADE, related_name="targets")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    table = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(subject__isnull=False) | ~Q(table=""), name="hold_target_names_something"
            ),
            models.UniqueConstraint(fields=["hold", "subject", "table"], name="hold_target_once"),
        ]

    def __str__(self) -> str:
        return f"target {self.id} of hold {self.hold_id}"

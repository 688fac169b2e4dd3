"""What is corrected, and how far each system is."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models import SubjectRequest
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Correction(models.Model):
    """One value of one category, for one case. `wrong` narrows it to that value; empty: whatever stands there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="corrections")
    category = models.CharField(max_length=80)
    new = EncryptedTextField()
    wrong = EncryptedTextField(blank=True, default="")
    asked_by = models.UUIDField(null=True, blank=True)  # the user id of who entered it
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"correction of {self.category}"


class ResultState(models.TextChoices):
    """What one system answered to a correction."""

    PENDING = "pending", "on its way"
    DONE = "done", "corrected"
    NOTHING_HELD = "nothing_held", "nothing to correct there"
    UNAVAILABLE = "unavailable", "did not answer; asked again"
    BY_HAND = "by_hand", "corrected by a person"


class CorrectionResult(models.Model):
    """One system of a correction. `old` is a JSON list of the values that stood there, encrypted; `kept` counts rows
    that stay as they were written, such as invoices."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="results")
    handler = models.CharField(max_length=80)
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=ResultState.choices, default=ResultState.PENDING)
    changed = models.IntegerField(default=0)
    already_done = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    old = EncryptedTextField(blank=True, default="[]")
    frozen = EncryptedTextField(blank=True, default="")
    error_code = models.CharField(max_length=60, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["label", "handler"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["correction", "handler"], name="system_corrects_once"),
        ]

    def __str__(self) -> str:
        return f"{self.handler}: {self.state}"

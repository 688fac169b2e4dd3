"""What was found in a package: kind, place and count. The value itself is nowhere but in the sealed package."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.leaks.rules import MASKS
from privacy.personal_data.models import PreparedPackage


class FindingState(models.TextChoices):
    """Where a finding stands. What is `open`, `to_mask` or `proposed` holds the release back."""

    OPEN = "open", "Open"
    TO_MASK = "to_mask", "To be masked: build it again"
    MASKED = "masked", "Masked"
    PROPOSED = "proposed", "To stay, if a second person agrees"
    KEPT = "kept", "Stays"


class LeakFinding(models.Model):
    """One value in one package that looks as if it must not leave. `mac` is a keyed hash, by which a decision is
    found again when the package is built anew; `row` and `column` are its first place, `times` how often it stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    package = models.ForeignKey(PreparedPackage, on_delete=models.CASCADE, related_name="findings")
    mac = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=[(code, code.replace("_", " ")) for code in MASKS])
    hint = EncryptedTextField(blank=True)
    place = models.CharField(max_length=200)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=120)
    times = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=FindingState.choices, default=FindingState.OPEN)
    reason = EncryptedTextField(blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)
    is_one_pair = models.BooleanField(default=False)  # whoever proposed that it stays agreed, a day later
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["package", "mac"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.package_id}"

"""That a signal came and was honored: evidence of its own, for each signal, whatever it changed."""

from typing import ClassVar

from django.db import models

from privacy.audit.models import EvidenceModel


class Act(models.TextChoices):
    """What happened about a signal."""

    HONORED = "honored", "honored"
    KEPT = "kept", "kept opted out by the person"


class SignalEvent(EvidenceModel):
    """A signal of one person's browser, once for each version of the policy; or the person's answer to it.

    `purposes` counts what the signal denies, `changed` how much of that was allowed before. `sent_by` is
    `header`, or `script` where only the page could read it.
    """

    subject_id = models.UUIDField()
    signal = models.CharField(max_length=8)
    act = models.CharField(max_length=8, choices=Act.choices)
    purpose = models.CharField(max_length=60, blank=True)
    purposes = models.PositiveSmallIntegerField(default=0)
    changed = models.PositiveSmallIntegerField(default=0)
    sent_by = models.CharField(max_length=8, blank=True)
    site = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=12, blank=True)
    policy_on = models.DateField()

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_id",
        "signal",
        "act",
        "purpose",
        "purposes",
        "changed",
        "sent_by",
        "site",
        "region",
        "policy_on",
    )

    class Meta:
        app_label = "consent"
        indexes: ClassVar = [models.Index(fields=["subject_id", "signal", "at"], name="signal_of_subject")]

    def __str__(self) -> str:
        return f"{self.signal} {self.act}"

"""Disposal by time: which rule may act, every run of one, and its receipt."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from privacy.audit.models import EvidenceModel
from privacy.kernel import clock


class DisposalState(models.TextChoices):
    """Where a run stands."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class DisposalRun(models.Model):
    """One run of a rule, or a dry run of it, which touches nothing.

    `due` rows had reached their end, `held` of them stay; `removed` have gone so far. `watermark` is
    the last row looked at: a run that was killed goes on behind it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60)
    table = models.CharField(max_length=80)
    action = models.CharField(max_length=16)
    days = models.IntegerField()
    policy_version = models.DateField()
    cutoff = models.DateTimeField()
    is_dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=DisposalState, default=DisposalState.RUNNING)
    due = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    oldest_at = models.DateTimeField(null=True, blank=True)
    newest_at = models.DateTimeField(null=True, blank=True)
    watermark = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["code", "-started_at"], name="disposal_by_code")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="running", is_dry_run=False), name="one_open_disposal_of_a_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"{'dry ' if self.is_dry_run else ''}run of {self.code}"


class RuleSwitch(models.Model):
    """Somebody has seen a dry run of a rule and let it act, for a period of so many days or more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60)
    action = models.CharField(max_length=16)
    days = models.IntegerField()
    dry_run = models.ForeignKey(DisposalRun, on_delete=models.PROTECT, related_name="+")
    enabled_at = models.DateTimeField(default=clock.now)
    enabled_by = models.UUIDField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_by = models.UUIDField(null=True, blank=True)

    class Meta:
        permissions: ClassVar = [("switch_rules", "May switch retention rules on and off")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], condition=Q(disabled_at=None), name="rule_on_once"),
        ]

    def __str__(self) -> str:
        return f"switch of {self.code}"


class DisposalReceipt(EvidenceModel):
    """The proof of what a run disposed of: counts, bounds and hashes, signed by the installation's key."""

    run_id = models.UUIDField(db_index=True)
    body = models.TextField()  # canonical JSON
    previous = models.CharField(max_length=64, blank=True)  # row_hash of the receipt before it
    key_id = models.CharField(max_length=20)
    signature = models.CharField(max_length=120)

    hashed_fields: ClassVar[tuple[str, ...]] = ("run_id", "body", "previous", "key_id", "signature")

    def __str__(self) -> str:
        return f"receipt of {self.run_id}"

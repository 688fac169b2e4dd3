"""From preview to receipt: the frozen plan, its approval, the run and its steps."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models

from dsr.models.case import SubjectRequest, choices
from dsr.states import Answer, StepState
from privacy.audit.models import EvidenceModel
from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField

NONE = "[]"  # no residuals


class ErasurePlan(models.Model):
    """What would happen, frozen: the only way to run an erasure is to approve one of these.

    `frozen` is the canonical JSON of every handler's plan with its row keys, encrypted and purged with
    the case; `digest` its hash; `summary` the same without keys, for pages. A supplementary plan
    covers only rows that `verify` found beyond the first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="plans")
    number = models.IntegerField(default=1)
    state = models.CharField(
        max_length=12, default="prepared", choices=[(s, s) for s in ("prepared", "approved", "discarded")]
    )
    frozen = EncryptedTextField()
    digest = models.CharField(max_length=64)
    summary = models.TextField(default="[]")
    is_supplementary = models.BooleanField(default=False)
    prepared_by = models.UUIDField(null=True, blank=True)
    prepared_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["subject_request"], condition=models.Q(state="prepared"), name="one_open_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.number} of {self.subject_request_id}"


class Approval(models.Model):
    """The second person's yes, to exactly this digest. `mark` is a code where it was not quite that: one pair of eyes
    looked twice, or the person deletes their own account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.OneToOneField(ErasurePlan, on_delete=models.CASCADE, related_name="approval")
    approved_by = models.UUIDField()
    approved_at = models.DateTimeField(default=clock.now)
    digest = models.CharField(max_length=64)
    mark = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"approval of {self.plan_id}"


class Run(models.Model):
    """One execution of an approved plan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.OneToOneField(ErasurePlan, on_delete=models.CASCADE, related_name="run")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"run of {self.plan_id}"


class Step(models.Model):
    """One handler in a run, with its answer. `table_index` and `key_index` are the watermark."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    position = models.IntegerField()
    handler = models.CharField(max_length=80)
    system = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=choices(StepState), default=StepState.PENDING)
    answer = models.CharField(max_length=12, choices=choices(Answer), blank=True)
    reason = models.CharField(max_length=300, blank=True)
    table_index = models.IntegerField(default=0)
    key_index = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)
    anonymized = models.IntegerField(default=0)
    retained = models.IntegerField(default=0)
    already_done = models.IntegerField(default=0)
    residuals = models.TextField(default=NONE)
    last_error_code = models.CharField(max_length=60, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["run", "handler"], name="step_handler_once"),
        ]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.handler} of run {self.run_id}"

    @property
    def left_over(self) -> list[dict[str, Any]]:
        """`residuals` as values. Most steps have none, and are asked several times."""
        return json.loads(self.residuals) if self.residuals != NONE else []


class ReceiptRow(EvidenceModel):
    """The proof of what was done: counts and hashes, signed by the installation's key."""

    subject_request_id = models.UUIDField(db_index=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    body = models.TextField()  # canonical JSON: per system and table counts, grounds, until-dates
    previous = models.CharField(max_length=64, blank=True)  # row_hash of the receipt before it
    key_id = models.CharField(max_length=20)
    signature = models.CharField(max_length=120)

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_request_id",
        "plan_digest",
        "body",
        "previous",
        "key_id",
        "signature",
    )

    def __str__(self) -> str:
        return f"receipt of {self.subject_request_id}"


class Letter(models.Model):
    """A letter as sent. Encrypted: it names the person. `number` counts those of one kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20)  # answer, refusal, acknowledgement
    number = models.SmallIntegerField(default=1)
    language = models.CharField(max_length=8, default="en")
    text = EncryptedTextField()
    outbox_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_request", "kind", "number"], name="one_letter_of_a_kind_and_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_request_id}"

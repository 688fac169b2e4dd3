"""The deletion that a person asked for themself, with the day on which it runs."""

import enum
import uuid
from typing import ClassVar

from django.db import models

from dsr.models import SubjectRequest
from privacy.kernel import clock


class DeletionState(enum.StrEnum):
    """Where it stands."""

    SCHEDULED = "scheduled"
    STARTED = "started"  # the erasure runs; its case tells the rest
    UNDONE = "undone"
    TURNED = "turned"  # something speaks against it: the case goes its normal way


class OwnDeletion(models.Model):
    """One for each case. `why` is the code of what speaks against it; `told_at` when the last warning was mailed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="own_deletion")
    user_id = models.UUIDField()
    state = models.CharField(
        max_length=10, choices=[(each.value, each.value) for each in DeletionState], default=DeletionState.SCHEDULED
    )
    why = models.CharField(max_length=40, blank=True)
    scheduled_at = models.DateTimeField(default=clock.now)
    runs_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id"], condition=models.Q(state="scheduled"), name="one_deletion_scheduled"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "runs_at"], name="deletions_due")]

    def __str__(self) -> str:
        return f"deletion of {self.subject_request_id}"

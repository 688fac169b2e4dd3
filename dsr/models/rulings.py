"""What staff said about records that several people may share."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models.case import SubjectRequest
from privacy.kernel import clock


class RecordRuling(models.Model):
    """Whose a record of an outside system is that carries an identifier of the person, for one case. `key` is the
    record's id there; nothing of what it says stands here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="rulings")
    system = models.CharField(max_length=60)
    table = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    is_theirs = models.BooleanField()
    ruled_by = models.UUIDField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "system", "table", "key"], name="ruling_once"),
        ]
        ordering: ClassVar = ["system", "table", "key"]

    def __str__(self) -> str:
        return f"ruling of {self.subject_request_id}"

"""What was accepted under which key of the sender, and how often something was refused. Nobody is named."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark


class AcceptedKey(models.Model):
    """One accepted report: sent again under the same key it is the same report, also after its rows are erased.

    `body_mac` is a keyed hash of what was sent. Rows go after thirty days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_id = models.UUIDField()
    door = models.CharField(max_length=24)
    idem_hash = models.CharField(max_length=64)
    body_mac = models.CharField(max_length=64)
    result_id = models.UUIDField()
    at = models.DateTimeField(default=clock.now, db_index=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key_id", "door", "idem_hash"], name="accepted_once"),
        ]

    def __str__(self) -> str:
        return f"accepted {self.door}"


class IntakeCount(models.Model):
    """How often intake refused or masked something, per day and site: a count, and nobody in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    site = models.CharField(max_length=40)
    what = models.CharField(max_length=24)
    count = models.PositiveIntegerField(default=0)
    is_demo = DemoMark()

    class Meta:
        verbose_name_plural = "counts of what was refused or masked"
        ordering: ClassVar = ["-day", "site", "what"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "site", "what"], name="intake_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"

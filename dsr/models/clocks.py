"""Computed deadlines. A recomputation appends a row; the newest is the one in force."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models.case import RequestItem
from privacy.kernel import clock


class Clock(models.Model):
    """One computation of one item's deadline, with all that is needed to explain it.

    `kind` is "respond" or a sub-clock; `trace` the sentences; `inputs` and `steps` canonical JSON: what was
    counted, and the days on the way. `met_at` is set once, when what the clock waits for has happened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(RequestItem, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=24, default="respond")
    number = models.IntegerField(default=1)  # 1, 2, 3 … within (item, kind)
    profile = models.CharField(max_length=16)
    calendar = models.CharField(max_length=16)
    rule_version = models.CharField(max_length=24)
    due_on = models.DateField()
    safe_on = models.DateField()
    statute_on = models.DateField(null=True, blank=True)
    promise_on = models.DateField(null=True, blank=True)
    inputs = models.TextField(default="{}")
    steps = models.TextField(default="{}")
    trace = models.TextField(default="")
    computed_at = models.DateTimeField(default=clock.now)
    met_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "kind", "number"], name="clock_number_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "safe_on"], name="clocks_by_day"),
            models.Index(fields=["safe_on", "item", "kind"], condition=models.Q(met_at=None), name="clocks_that_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

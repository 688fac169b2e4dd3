"""Days added to calendars, append-only; and how long each step of a request took, measured anew each day."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.timekeeping.vocabulary import DayKind
from privacy.audit.models import EvidenceModel


class CalendarDay(EvidenceModel):
    """One entry of one calendar. Entries are numbered through and never changed: the newest for a day counts, so
    the number of an entry names the calendar as it stood then."""

    number = models.IntegerField(unique=True)
    calendar = models.CharField(max_length=16)
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in DayKind])
    name = models.CharField(max_length=80)  # of the day, never of a person
    added_by = models.UUIDField(null=True, blank=True)

    hashed_fields: ClassVar[tuple[str, ...]] = ("number", "calendar", "on", "kind", "name", "added_by")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["calendar", "number"], name="calendar_entries")]
        permissions: ClassVar = [("keep_calendars", "Can add days to the calendars of holidays")]

    def __str__(self) -> str:
        return f"{self.calendar} {self.on} {self.kind}"


class StepTime(models.Model):
    """How long requests for one right stood in one state: the median of those that were answered lately."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    right = models.CharField(max_length=30)
    state = models.CharField(max_length=16)
    samples = models.IntegerField()
    median_s = models.BigIntegerField()
    measured_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["right", "state"], name="step_time_once")]

    def __str__(self) -> str:
        return f"{self.right} {self.state}"

"""The rows that an erasure had to keep, by key, until nothing keeps them any more."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from dsr.models import SubjectRequest
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class SetState(models.TextChoices):
    """Where the rows of a set stand."""

    KEPT = "kept", "kept"
    ERASED = "erased", "erased"


class RetainedSet(models.Model):
    """Rows of one table of one case that stay, for one reason and until one day.

    `frozen` holds the person and the row keys, encrypted, and is blanked once the rows are gone. `until` is the
    last day on which they stay; with `is_held` the day on which the legal hold is looked at again, and the end is
    its release. `problem` is a code: what stood in the way at the last try, empty where nothing did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="retained_sets")
    position = models.IntegerField()  # the order in which rows go: those that point at others first
    handler = models.CharField(max_length=80)
    system = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    table = models.CharField(max_length=120)
    rows = models.IntegerField()
    ground = models.CharField(max_length=40)
    until = models.DateField(null=True, blank=True)
    is_held = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=SetState.choices, default=SetState.KEPT)
    frozen = EncryptedTextField(blank=True)
    removed = models.IntegerField(default=0)
    anonymized = models.IntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["subject_request", "position", "id"]
        indexes: ClassVar = [
            models.Index(fields=["until", "id"], condition=Q(state="kept", is_held=False), name="retained_until"),
            models.Index(fields=["id"], condition=Q(state="kept", is_held=True), name="retained_by_hold"),
            models.Index(
                fields=["ground", "subject_request"],
                condition=Q(is_held=True) | ~Q(system="kept"),
                name="retained_by_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} of {self.subject_request_id}"

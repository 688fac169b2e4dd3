"""Decisions by the day, and how far they are counted."""

from typing import ClassVar

from django.db import models

from privacy.kernel.demo import DemoMark


class ConsentDay(models.Model):
    """How many decisions of one kind fell on one local day. Counts only; nobody is in it."""

    day = models.DateField()
    purpose = models.CharField(max_length=60)
    status = models.CharField(max_length=12)
    door = models.CharField(max_length=12)
    site = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=12, blank=True)
    count = models.PositiveIntegerField(default=0)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "purpose", "status", "door", "site", "language", "is_demo"], name="consent_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.purpose} {self.status} {self.count}"


class Counted(models.Model):
    """Up to which seal decisions are counted. A seal holds each event once and never changes, so that what is
    counted is counted once, whenever it was committed and whatever the clock said."""

    name = models.CharField(primary_key=True, max_length=20)
    seal = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} up to seal {self.seal}"

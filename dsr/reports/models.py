"""The figures of each year, and how far they are counted."""

from typing import ClassVar

from django.db import models


class ReportYear(models.Model):
    """What was received and answered in one year, as figures (JSON). Counts only; nobody is in it."""

    year = models.IntegerField()
    place = models.CharField(max_length=12)
    figures = models.TextField()
    changed_at = models.DateTimeField()  # when a count last came out otherwise than the one before

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["year", "place"], name="report_year_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.place}"


class ReportMark(models.Model):
    """Up to which seal changes of requests are in the figures, and since when; `manner` is how they were counted."""

    name = models.CharField(primary_key=True, max_length=20)
    seal = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)
    manner = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.name} up to seal {self.seal}"

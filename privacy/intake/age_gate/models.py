"""How often somebody was too young. Who it was, and how old, is not kept."""

from typing import ClassVar

from django.db import models


class TooYoungCount(models.Model):
    """Refusals of one day in one country."""

    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "intake"
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "country"], name="too_young_once_a_day")]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"

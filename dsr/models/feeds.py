"""A calendar program's way to the due dates: one link for each member of staff."""

import uuid

from django.conf import settings
from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark


class CalendarFeed(models.Model):
    """The link of one member of staff; a new one ends the one before. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"calendar feed {self.id}"

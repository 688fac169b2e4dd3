"""Views of the queue that staff keep under a name, and how each of them wants the queue."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark


class SavedView(models.Model):
    """Filters, search and order of the queue under a name. `query` holds codes of filters, names of columns and at
    most the beginning of a reference (see `rules`): a view says nothing about the people in the list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("owner", Lower("name"), name="view_name_once_per_owner"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(is_shared=True), name="views_shared"),
        ]
        permissions: ClassVar = [("share_views", "Can share views of the queue with the team")]

    def __str__(self) -> str:
        return f"view {self.id}"


class QueueChoice(models.Model):
    """How one member of staff wants the queue. `start_view` is an id alone: a view that is gone, or no longer shared,
    opens nothing, and opens again when its deletion is undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    start_view = models.UUIDField(null=True, blank=True)
    has_keys = models.BooleanField(default=True)  # letters as shortcuts; WCAG 2.1.4 wants a way to switch them off
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"choices of {self.user_id}"

"""One thing that a browser did on a site, of a browser that allowed it for this purpose; and whose browser it was."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.personal_data.models import Subject


class VisitorEvent(models.Model):
    """`page` is a path without its query, which may carry anything; `kind` a code of the site's own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visitor_events", db_index=False)
    site = models.CharField(max_length=40)
    purpose = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    page = models.CharField(max_length=200, blank=True)
    collected_at = models.DateTimeField()
    is_demo = DemoMark()

    class Meta:
        app_label = "intake"
        indexes: ClassVar = [
            models.Index(fields=["subject", "-collected_at"], name="visit_of_subject"),
            models.Index(fields=["collected_at", "id"], name="visit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.site}"


class VisitorLink(models.Model):
    """The visits of a browser belong to a person, for this purpose, because its basis carries that. Without such a row
    a person's browser has no visits here. `visitor` is the subject that the browser was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visitor_links")
    visitor = models.UUIDField()
    purpose = models.CharField(max_length=60)
    basis = models.CharField(max_length=24)
    linked_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        app_label = "intake"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visitor", "purpose"], name="visits_linked_once"),
        ]

    def __str__(self) -> str:
        return f"link of {self.visitor}"

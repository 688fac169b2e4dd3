"""One thing that a browser did on a site, of a browser that allowed it for this purpose."""

import uuid
from typing import ClassVar

from django.db import models

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

"""One version of one document, sealed, with the transfers that it protects."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class SafeguardDocument(models.Model):
    """A document for a copy: what is secret in it (prices, names of staff) is blacked out before it comes here.

    `transfers` are codes of the policy's transfers. `ended_at`: it is not handed out any more, since another version
    stands in its place or the transfer ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=60)
    transfers = models.JSONField(default=list)
    in_force_on = models.DateField()
    file = models.CharField(max_length=80)
    file_key = EncryptedTextField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_by = models.UUIDField(null=True, blank=True)
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["title", "-in_force_on", "-added_at"]

    def __str__(self) -> str:
        return f"document {self.id}"

"""The base of what names a person in public: nothing of it is shown without a live grant for exactly it."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.intake.vocabulary import PublicState
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


class Publication(models.Model):
    """`shown_name` is the name as it would stand in public. A row in state published is still asked for its
    grant each time that it is read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    shown_name = EncryptedTextField()
    site = models.CharField(max_length=40)
    language = models.CharField(max_length=12, default="en")
    state = models.CharField(max_length=12, choices=PublicState.choices, default=PublicState.RECEIVED)
    received_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=32, blank=True)
    is_demo = DemoMark()

    kind: ClassVar[str]  # of its scope
    purpose: ClassVar[str]
    control: ClassVar[str]  # of the promise that it stands under

    class Meta:
        abstract = True
        ordering: ClassVar = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def scope(self) -> str:
        """What a grant for it is bound to."""
        return f"{self.kind}:{self.pk.hex}"

"""One archive on its way out, and the code that opens it until the code was handed over."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from dsr.leaving.vocabulary import CodeBy, DepartureState, Way
from dsr.models import SubjectRequest
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Departure(models.Model):
    """A package locked under a code. `code` is encrypted, and empty from the moment it was shown or mailed; `file`
    and `file_key` name the sealed archive until it left or its time is over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="departures")
    package_id = models.UUIDField()
    way = models.CharField(max_length=8, choices=Way.choices)
    code_by = models.CharField(max_length=8, choices=CodeBy.choices)
    state = models.CharField(max_length=8, choices=DepartureState.choices, default=DepartureState.ASKED)
    code = EncryptedTextField(blank=True, default="")
    file = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True, default="")
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    asked_by = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    taken_out = models.PositiveIntegerField(default=0)  # how often an agent fetched it to burn a medium
    sent_at = models.DateTimeField(null=True, blank=True)  # queued as a mail, or ticked as posted
    code_out_at = models.DateTimeField(null=True, blank=True)  # shown to an agent once, or queued as a mail
    code_given_at = models.DateTimeField(null=True, blank=True)  # ticked: read out or posted
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_request"], condition=Q(state__in=["asked", "ready"]), name="one_open_departure"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ends_at"], condition=Q(state__in=["asked", "ready"]), name="departure_open"),
        ]

    def __str__(self) -> str:
        return f"departure of {self.subject_request_id}"

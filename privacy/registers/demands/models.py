"""One demand for data of one person, who let it out, and until when the person may not be told."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject
from privacy.registers.demands.vocabulary import DemandGround, DemandState


class LegalDemand(models.Model):
    """What is asked, by whom and by which instrument. The scope (`recipient`, `categories`, `contents`, the person)
    never changes once it is filed; another scope is another demand. `contents` says which words of the account may
    go out; `gag_until` is the last day on which the person may not be told. `disclosure_id` is its row of the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=40)  # the code of a recipient file
    instrument = EncryptedTextField()  # such as the number of an order: it may name people
    dated_on = models.DateField()
    ground = models.CharField(max_length=16, choices=[(one.value, one.value) for one in DemandGround])
    categories = models.JSONField(default=list)
    contents = EncryptedTextField(blank=True, default="")
    necessity = EncryptedTextField(blank=True, default="")
    gag_until = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in DemandState], default=DemandState.FILED
    )
    version = models.PositiveIntegerField(default=1)
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField(default=clock.now)
    first_by = models.UUIDField(null=True, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    second_by = models.UUIDField(null=True, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.UUIDField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # disclosed or declined
    disclosure_id = models.UUIDField(null=True, blank=True, unique=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-filed_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "filed_at"], name="demands_by_state"),
            models.Index(fields=["-filed_at", "id"], name="demands_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(first_by=F("filed_by")) & ~Q(second_by=F("filed_by")) & ~Q(second_by=F("first_by")),
                name="three_people_per_demand",
            ),
        ]
        permissions: ClassVar = [
            ("file_demand", "Can file legal demands and carry out approved ones"),
            ("approve_demand", "Can approve legal demands that somebody else filed"),
        ]

    def __str__(self) -> str:
        return f"demand {str(self.pk)[:8]}"

"""Business customers, what was referred to them, and the help that they ask of us."""

import enum
import uuid
from typing import ClassVar

from django.db import models

from dsr.models.case import choices
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class BusinessCustomer(models.Model):
    """A company that keeps its own people's data with us: it decides about that data, and answers for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    email = EncryptedTextField()  # where it takes requests
    remind_after_days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("manage_customers", "Can keep the register of business customers")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ReferralState(enum.StrEnum):
    """What the customer did with it."""

    TOLD = "told"  # the person was told whom to ask; nobody of our register is it
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"


class Referral(models.Model):
    """One request that was passed on. `named`: the company as the person called it; nothing else was looked at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="referral")
    customer = models.ForeignKey(
        BusinessCustomer, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals"
    )
    named = EncryptedTextField()
    state = models.CharField(max_length=12, choices=choices(ReferralState))
    referred_at = models.DateTimeField()
    referred_by = models.UUIDField(null=True, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["-referred_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["remind_on"], condition=models.Q(state="sent", reminded_at=None), name="referral_due"),
        ]

    def __str__(self) -> str:
        return f"referral of {self.subject_request_id}"


class Assist(models.Model):
    """Help that a customer asks of us for a request of its own people (GDPR Art. 28(3)(e)), with a date of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(BusinessCustomer, on_delete=models.PROTECT, related_name="assists")
    right = models.CharField(max_length=30, choices=choices(Right))
    their_reference = models.CharField(max_length=60, blank=True)
    words = EncryptedTextField()
    asked_on = models.DateField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    result = EncryptedTextField(blank=True, default="")
    made_by = models.UUIDField(null=True, blank=True)
    done_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]

    def __str__(self) -> str:
        return f"assist {self.id}"

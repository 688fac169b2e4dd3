"""Who may file, what was filed, and what is told about it."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models.case import choices
from dsr.opendsr.vocabulary import RIGHTS, CallbackState, Status
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Controller(models.Model):
    """A business customer that files by OpenDSR. Its `id` is the protocol's controller_id.

    `key_family` is the first of its API keys; `callback_domains` are the hosts that may be called back, and `systems`
    the keys of the outside systems that hold its people's data and nobody else's, each separated by spaces.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.OneToOneField("referring.BusinessCustomer", on_delete=models.PROTECT, related_name="controller")
    key_family = models.UUIDField(null=True, blank=True, unique=True)
    callback_domains = models.CharField(max_length=1000, blank=True)
    systems = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"controller {self.id}"


class ProtocolRequest(models.Model):
    """One request as a controller filed it, and what came of it. The case beside it counts the days.

    `identities`, `callback_urls` and `frozen` (the plan of an erasure) are JSON, and blank once they are not needed;
    `problem` is a code that says why somebody has to look; `reason` why it was sent back; `result_*` the sealed file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    controller = models.ForeignKey(Controller, on_delete=models.PROTECT, related_name="requests")
    subject_request_id = models.UUIDField()
    body_mac = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=[(each, each) for each in RIGHTS])
    regulation = models.CharField(max_length=8)
    identities = EncryptedTextField(blank=True, default="[]")
    callback_urls = EncryptedTextField(blank=True, default="[]")
    case = models.OneToOneField("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="protocol_request")
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=choices(Status), default=Status.PENDING)
    changed_at = models.DateTimeField()
    started_by = models.UUIDField(null=True, blank=True)
    frozen = EncryptedTextField(blank=True, default="")
    problem = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=24, blank=True)
    words = EncryptedTextField(blank=True, default="")
    results_count = models.IntegerField(null=True, blank=True)
    retained_count = models.IntegerField(default=0)
    unmatched_count = models.IntegerField(default=0)
    result_file = models.CharField(max_length=60, blank=True)
    result_key = EncryptedTextField(blank=True, default="")
    result_digest = models.CharField(max_length=64, blank=True)
    result_size = models.BigIntegerField(default=0)
    blank_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["controller", "subject_request_id"], name="opendsr_filed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["controller", "received_at"], name="opendsr_of_controller"),
            models.Index(fields=["blank_at"], name="opendsr_to_blank"),
        ]
        ordering: ClassVar = ["-received_at", "id"]

    def __str__(self) -> str:
        return f"OpenDSR request {self.id}"


class Callback(models.Model):
    """One word to one address of the controller. It is sent until it is accepted, for three days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(ProtocolRequest, on_delete=models.CASCADE, related_name="callbacks")
    number = models.PositiveSmallIntegerField()  # of the address among those of the request
    status = models.CharField(max_length=12, choices=choices(Status))
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=choices(CallbackState), default=CallbackState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_outcome = models.CharField(max_length=24, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number", "status"], name="opendsr_told_once"),
        ]
        ordering: ClassVar = ["made_at", "number"]

    def __str__(self) -> str:
        return f"callback {self.id}"

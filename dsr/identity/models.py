"""What is known about who asks in a case, beyond its level."""

import enum
import uuid
from typing import ClassVar

from django.db import models

from dsr.identity.levels import Sensitivity
from dsr.models.case import choices
from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField


class IdentityRecord(models.Model):
    """One for each case that needs it: how sensitive it is, and what a comparison of details came to.

    No detail stands here, only which kinds matched and how often it was tried.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField(
        "dsr.SubjectRequest", on_delete=models.CASCADE, related_name="identity_record"
    )
    sensitivity = models.CharField(max_length=12, choices=choices(Sensitivity), default=Sensitivity.ORDINARY)
    sensitivity_by = models.UUIDField(null=True, blank=True)  # the user id of who said so
    tries = models.SmallIntegerField(default=0)  # comparisons of details so far
    matched = models.CharField(max_length=120, blank=True)  # codes of the kinds that matched
    declared_at = models.DateTimeField(null=True, blank=True)  # a signed declaration lies with the case
    adults = models.SmallIntegerField(default=0)  # of a household that asks together; 0 where one person asks
    adults_verified = models.SmallIntegerField(default=0)

    class Meta:
        permissions: ClassVar = [("view_evidence", "Can look at evidence of identity and give the verdict")]

    def __str__(self) -> str:
        return f"identity of {self.subject_request_id}"


class IdentityCode(models.Model):
    """Six digits that were mailed to the address of a case: kept by a keyed hash, good for minutes and few tries."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="identity_codes")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(used_at=None, superseded_at=None),
                name="one_code_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.subject_request_id}"


class EvidenceKind(enum.StrEnum):
    """What a file shows."""

    LETTER = "letter"  # a bill or letter with the address that we hold
    DECLARATION = "declaration"  # signed
    MANDATE = "mandate"
    ID_DOCUMENT = "id_document"  # the last resort: masked but for the name


class Verdict(enum.StrEnum):
    """What came of looking at it."""

    OPEN = ""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class EvidenceFile(models.Model):
    """A file by which somebody shows who they are. After the verdict only the verdict stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="evidence_files")
    kind = models.CharField(max_length=12, choices=choices(EvidenceKind))
    media_type = models.CharField(max_length=40)
    size = models.BigIntegerField()
    scanned = models.CharField(max_length=16)  # clean or not_configured
    file = models.CharField(max_length=80, blank=True)
    sealed_key = models.TextField(blank=True, default="")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.UUIDField(null=True, blank=True)  # the user id; empty for the person
    verdict = models.CharField(max_length=10, choices=choices(Verdict), blank=True, default=Verdict.OPEN)
    verdict_at = models.DateTimeField(null=True, blank=True)
    verdict_by = models.UUIDField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["uploaded_at", "id"]

    def __str__(self) -> str:
        return f"evidence {self.id}"


class Basis(enum.StrEnum):
    """Why somebody may ask for another."""

    AGENT = "agent"  # authorized by the person
    PARENT = "parent"
    GUARDIAN = "guardian"
    HEIR = "heir"
    NOMINEE = "nominee"


class MandateState(enum.StrEnum):
    """Whether it holds."""

    NOTED = "noted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Mandate(models.Model):
    """Who asks for the person of a case, on what basis, until when, and whether the answer may go to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="mandate")
    basis = models.CharField(max_length=10, choices=choices(Basis))
    name = EncryptedTextField()
    email = EncryptedTextField(blank=True, default="")
    covers_receipt = models.BooleanField(default=False)
    has_power_of_attorney = models.BooleanField(default=False)
    expires_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=choices(MandateState), default=MandateState.NOTED)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return f"mandate of {self.subject_request_id}"


class ChildReport(models.Model):
    """Whom a parent reported, as they wrote it, and when that person's data was quarantined. No more is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField("dsr.SubjectRequest", on_delete=models.CASCADE, related_name="child_report")
    kind = models.CharField(max_length=10)
    reported = EncryptedTextField()
    made_at = models.DateTimeField(default=clock.now)
    quarantined_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"child report of {self.subject_request_id}"

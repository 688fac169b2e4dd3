"""The anchor of everything about a person: an id, and nothing that says who it is."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Subject(models.Model):
    """A person, as an id only. Evidence points here and outlives every identifier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"subject {self.id}"


class SubjectAlias(models.Model):
    """A merge is a row, never an update: `subject` turned out to be the same person as `canonical`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="merged_into")
    canonical = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="aliases")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "merge"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(subject=models.F("canonical")), name="alias_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} is {self.canonical_id}"


class Restriction(models.Model):
    """Article 18: while a row without `lifted_at` stands, the person's data may only be stored.

    `lift_on` is the announced day from which it may be lifted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="restrictions")
    ground = models.CharField(max_length=40)
    since = models.DateTimeField(default=clock.now)
    lift_on = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(lifted_at__isnull=True), name="one_open_restriction"
            ),
        ]

    def __str__(self) -> str:
        return f"restriction of {self.subject_id}"


class CollectedPackage(models.Model):
    """Somebody collected a person's data into a package. `reason` is why, in their words; it is kept
    apart from the log, because it may be erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT, related_name="packages")
    reason = EncryptedTextField(blank=True)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return f"package {self.id}"


class PackageState(models.TextChoices):
    """Where a package that a person asked for stands."""

    ASKED = "asked", "Being put together"
    READY = "ready", "Ready"
    TAKEN = "taken", "Downloaded"
    EXPIRED = "expired", "No longer there"


class PreparedPackage(models.Model):
    """A package of a person's data that waits to be downloaded: their own, or the answer to a request.

    The file lies outside the database, encrypted under `file_key`; it cannot be read any more once the
    row, or the key in it, is gone. `silent` lists the labels of the systems that did not answer (JSON).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="prepared_packages")
    state = models.CharField(max_length=12, choices=PackageState.choices, default=PackageState.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True)
    size = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    systems = models.PositiveIntegerField(default=0)
    silent = models.TextField(default="[]")
    contents = models.CharField(max_length=60, default="access")  # what it answers: codes, separated by spaces
    language = models.CharField(max_length=8, default="en")
    masked = models.PositiveIntegerField(default=0)  # values of others that are left out of it
    digest = models.CharField(max_length=64, blank=True)
    case_id = models.UUIDField(null=True, blank=True, db_index=True)  # the request that it answers
    released_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    most_downloads = models.PositiveSmallIntegerField(default=10)  # of the answer to a request
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state__in=["asked", "ready"], case_id__isnull=True),
                name="one_open_package",
            ),
            models.UniqueConstraint(
                fields=["case_id"], condition=Q(state__in=["asked", "ready"]), name="one_open_package_of_a_case"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["subject", "-asked_at"], name="package_of_subject")]

    def __str__(self) -> str:
        return f"prepared package {self.id}"

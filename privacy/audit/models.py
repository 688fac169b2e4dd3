"""The sealed log. Rows are inserted, never changed: database triggers refuse it on both engines."""

import uuid
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models

from privacy.kernel import clock
from privacy.kernel.canonical import digest
from privacy.kernel.demo import DemoMark


class AppendOnly(Exception):
    """Evidence was about to be changed or deleted by code."""


class EvidenceQuerySet(models.QuerySet[Any]):
    """The triggers are the guarantee; this only makes the mistake easier to read."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("Evidence is never updated.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Evidence is never deleted one by one.")


class AppendOnlyModel(models.Model):
    """Base of every table that the triggers protect."""

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        abstract = True


class EvidenceModel(AppendOnlyModel):
    """Base of evidence rows of the apps (consent events, request history).

    Inserted by `audit.services.append_evidence` only. `hashed_fields` are the columns that the row
    hash covers, in order; they hold codes, ids, counts and hashes, and no personal value.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()
    row_hash = models.CharField(max_length=64, editable=False)

    hashed_fields: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def compute_hash(self) -> str:
        """The hash that this row should have."""
        values = [getattr(self, name) for name in self.hashed_fields]
        return digest([self._meta.label, self.id, self.at, self.is_demo, *values])

    @classmethod
    def kinds(cls) -> list[type["EvidenceModel"]]:
        """Every concrete evidence model of the installed apps."""
        return [model for model in apps.get_models() if issubclass(model, EvidenceModel)]


class AuditEvent(AppendOnlyModel):
    """One act: who, what, about whom (as ids), and the hash of the evidence row that it wrote."""

    at = models.DateTimeField(default=clock.now)
    type = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    via = models.CharField(max_length=24, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    payload = models.TextField(default="{}")  # canonical JSON: its text is what is hashed
    evidence_type = models.CharField(max_length=60, blank=True)
    evidence_id = models.UUIDField(null=True, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)
    is_demo = DemoMark()
    row_hash = models.CharField(max_length=64, editable=False)

    HASHED: ClassVar[tuple[str, ...]] = (
        "at",
        "type",
        "actor_kind",
        "actor_id",
        "via",
        "subject_id",
        "target_type",
        "target_id",
        "payload",
        "evidence_type",
        "evidence_id",
        "evidence_hash",
        "is_demo",
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "id"], name="audit_subject"),
            models.Index(fields=["target_id", "id"], name="audit_target"),
            models.Index(fields=["type", "id"], name="audit_type"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evidence_type", "evidence_id"],
                condition=models.Q(evidence_id__isnull=False),
                name="audit_evidence_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"

    def compute_hash(self) -> str:
        """The hash that this row should have."""
        return digest([getattr(self, name) for name in self.HASHED])


class Seal(AppendOnlyModel):
    """A Merkle root over a batch of events, chained to the seal before it."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    size = models.IntegerField()
    total = models.BigIntegerField()  # events sealed up to and with this one
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"seal {self.number}"

    def compute_hash(self) -> str:
        """The hash that this seal should have."""
        return digest([self.number, self.at, self.size, self.total, self.root, self.previous])

    @classmethod
    def newest(cls) -> Self | None:
        return cls.objects.order_by("-number").first()


class SealMember(AppendOnlyModel):
    """Which event stands at which place under which seal."""

    seal = models.ForeignKey(Seal, on_delete=models.DO_NOTHING, related_name="members")
    position = models.IntegerField()
    event_id = models.BigIntegerField(unique=True)
    leaf = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seal", "position"], name="seal_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position} of seal {self.seal_id}"

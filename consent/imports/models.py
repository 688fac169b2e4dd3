"""Imports and their mappings, and what each line would change."""

import uuid
from typing import ClassVar

from django.db import models

from consent.imports.vocabulary import ImportState, Kind
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class ImportMapping(models.Model):
    """How the columns of a tool's export are read. `document` is YAML; the shipped ones are files, not rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    document = models.TextField()
    changed_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    def __str__(self) -> str:
        return self.name


class ConsentImport(models.Model):
    """One file. It lies sealed outside the database under `file_key`, until it is applied or its time is over.

    `digest` covers every listed change, the file, the mapping and the policy: what was approved is what is
    applied. `applied_through` is the last change that a finished chunk covers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mapping = models.CharField(max_length=40)
    document = models.TextField()
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    file = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True)
    file_digest = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=16)
    lines = models.BigIntegerField(default=0)
    lower = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    ask_again = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    same = models.BigIntegerField(default=0)
    policy_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    fault = models.CharField(max_length=300, blank=True)
    asks_again = models.BooleanField(default=False)
    applied_through = models.BigIntegerField(default=0)
    applied = models.BigIntegerField(default=0)
    moved_on = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    approved_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("run_imports", "May import decisions from other tools")]
        indexes: ClassVar = [models.Index(fields=["-made_at"], name="import_by_time")]

    def __str__(self) -> str:
        return f"import {self.id}"


class ImportChange(models.Model):
    """What one line comes to. `person` is the keyed hash of the identifier; the identifier itself stays in the
    file. `before` and `after` are statuses."""

    id = models.BigAutoField(primary_key=True)
    consent_import = models.ForeignKey(ConsentImport, on_delete=models.CASCADE, related_name="changes", db_index=False)
    line = models.BigIntegerField()
    person = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True, blank=True, db_index=True)
    purpose = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=20, blank=True)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["consent_import", "kind", "id"], name="import_change_of_kind"),
            models.Index(fields=["consent_import", "person", "purpose"], name="import_change_of_person"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"

"""The outside systems that this installation is connected to."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class SystemState(models.TextChoices):
    """A connected system is asked about every person; a disconnected one about nobody."""

    CONNECTED = "connected", "Connected"
    DISCONNECTED = "disconnected", "Disconnected"


class Health(models.TextChoices):
    """How the last self-test of a system ended."""

    UNKNOWN = "", "Not tested yet"
    GOOD = "good", "In order"
    FAULTY = "faulty", "Faulty"


class ConnectedSystem(models.Model):
    """One outside system, of a `kind`.

    An SQL database: `url` is encrypted, or `url_env` names the variable that holds it; `dataset` is the data map and
    `policies` what to erase and to retain, both as JSON. Others: `options` as JSON, and `secrets` as encrypted JSON,
    where a value may be the name of a variable (NAME_env). `checks` are the lines of the last self-test as JSON.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, default="sql")
    label = models.CharField(max_length=120)
    place = models.CharField(max_length=80, blank=True)
    url = EncryptedTextField(blank=True)
    url_env = models.CharField(max_length=80, blank=True)
    options = models.TextField(default="{}")
    secrets = EncryptedTextField(blank=True)
    dataset = models.TextField(blank=True)
    policies = models.TextField(default="{}")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=SystemState.choices, default=SystemState.CONNECTED)
    connected_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    health = models.CharField(max_length=8, choices=Health.choices, default=Health.UNKNOWN, blank=True)
    checks = models.TextField(default="[]")
    checked_at = models.DateTimeField(null=True, blank=True)
    faulty_since = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["key"]
        permissions: ClassVar = [("manage_systems", "Can test outside systems and stop asking them")]

    def __str__(self) -> str:
        return self.label


AT_A_VENDOR = ("pending", "in_progress")  # statuses in which it works on a request


class VendorRequest(models.Model):
    """A request that we filed at a vendor by OpenDSR. Its id is the subject_request_id there; `status` is empty until
    it is known to be filed, and then as the vendor says. Whom it is about stands here as a keyed hash only.
    `expected_at` is by when the vendor said that it is done; `late_at` when that had passed and a person was told;
    `unwanted_at` since when nobody waits for the copy, so that it is called off."""

    id = models.UUIDField(primary_key=True, editable=False)
    system = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    person_mac = models.CharField(max_length=64)
    status = models.CharField(max_length=12, blank=True)
    filed_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)
    unwanted_at = models.DateTimeField(null=True, blank=True)
    results_count = models.IntegerField(null=True, blank=True)
    results_url = EncryptedTextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["system", "kind", "person_mac"], name="vendor_request_of_person"),
            models.Index(
                fields=["filed_at"],
                condition=models.Q(status__in=[*AT_A_VENDOR]),
                name="vendor_request_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ServicePace(models.Model):
    """From when on a system may be called again (seconds since 1970), for all processes together."""

    key = models.CharField(primary_key=True, max_length=60)
    free_at = models.FloatField()

    def __str__(self) -> str:
        return self.key

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


class ConnectedSystem(models.Model):
    """One outside database. `url` is encrypted, or `url_env` names the variable that holds it;
    `dataset` is the data map and `policies` what to erase and to retain, both as JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    url = EncryptedTextField(blank=True)
    url_env = models.CharField(max_length=80, blank=True)
    dataset = models.TextField()
    policies = models.TextField(default="{}")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=SystemState.choices, default=SystemState.CONNECTED)
    connected_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.label

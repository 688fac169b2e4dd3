"""Devices that an app reported, and what each lets the app do."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.personal_data.models import Subject


class Platform(models.TextChoices):
    IOS = "ios", "iOS"
    ANDROID = "android", "Android"
    WEB = "web", "Web"
    OTHER = "other", "Other"


class Permission(models.TextChoices):
    """What an operating system asks its owner for."""

    PUSH = "push", "Push messages"
    LOCATION = "location", "Location"
    CAMERA = "camera", "Camera"
    PHOTOS = "photos", "Photos"
    STORAGE = "storage", "Storage"


class Device(models.Model):
    """One device of one person. Its identifier stands among the person's identifiers; here is only its keyed hash.

    `permissions`: by code `{"on": true, "at": when the device said so}`, as reported last. `version` rises with
    each change of them. What the person decided about the device is no part of this: it is a decision like any
    other, under the channel `scope`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="devices")
    index = models.CharField(max_length=80, unique=True)
    platform = models.CharField(max_length=8, choices=Platform.choices)
    label = models.CharField(max_length=60, blank=True)
    permissions = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    key_id = models.UUIDField()
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["last_seen_at", "id"], name="device_by_time")]

    def __str__(self) -> str:
        return f"device {self.id}"

    @property
    def scope(self) -> str:
        """The channel under which decisions about this device stand."""
        return f"d:{self.id.hex[:12]}"

    def is_off(self, permission: str) -> bool:
        """Whether the device reported that its owner switched this off."""
        return self.permissions.get(permission, {}).get("on") is False

"""People and logins. A user signs in; a subject is the person the data is about; an identifier is
how the person is known. The three are apart, so that erasing the person leaves the evidence whole."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Subject


class UserManager(BaseUserManager["User"]):
    """Users are made with a subject of their own."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        if not fields.get("subject"):
            fields["subject"] = Subject.objects.create(is_demo=bool(fields.get("is_demo")))
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in, by email address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="user")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_demo = DemoMark()
    date_joined = models.DateTimeField(default=clock.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"user {self.id}"


class Identifier(models.Model):
    """How a subject is known: the value encrypted, found through its blind index."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in IdentifierKind])
    value = EncryptedTextField()
    index = models.CharField(max_length=80)
    verified_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=40, default="account")
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "index"], name="identifier_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["index"], name="identifier_index")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class EndReason(models.TextChoices):
    """Why a login is over."""

    LOGOUT = "logout", "Signed out"
    EXPIRED = "expired", "Expired"
    REPLACED = "replaced", "Signed in again"
    PASSWORD_CHANGE = "password_change", "Password changed"
    REVOKED = "revoked", "Ended from another session"
    UNKNOWN = "unknown", "Ended, cause not known"
    NOT_RECORDED = "not_recorded", "End not recorded"  # of imported logins only: nobody knows when


class LoginEvent(models.Model):
    """One login, with its end. It knows no session key: the session knows the id of its login.

    `source` is empty for a login here, else the key of the system whose history was imported; such a login may have
    the reason *not recorded* and then no time of its end. `expires_at` is when the session ends by itself, as far as
    was known when it was last looked at.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    ip = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=60, blank=True)
    logged_in_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    logged_out_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=16, choices=EndReason, blank=True)
    source = models.CharField(max_length=60, blank=True, default="", db_default="")
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "-logged_in_at", "-id"], name="login_of_subject"),
            models.Index(fields=["logged_in_at", "id"], name="login_by_time"),
            models.Index(fields=["logged_in_at"], condition=models.Q(end_reason=""), name="login_ongoing"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(logged_out_at=None, end_reason__in=["", "not_recorded"])
                | models.Q(logged_out_at__isnull=False) & ~models.Q(end_reason=""),
                name="login_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"login {self.id}"


class FailedLogins(models.Model):
    """How many logins failed in one hour. Who tried, and from where, is not kept."""

    hour = models.DateTimeField(primary_key=True)
    count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} failed logins"


class ApiKey(models.Model):
    """A partner system. The key itself is shown once; only its hash is kept. `scopes` are words, separated
    by spaces, of the doors that it opens. `family` is the first key of a row of rotations, empty in that one;
    `last_used_at` is the hour of its newest use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=80, unique=True)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=120, default="decisions")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    family = models.UUIDField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        verbose_name = "API key"
        permissions: ClassVar = [("manage_api_keys", "May make, rotate and revoke keys of systems")]

    def __str__(self) -> str:
        return self.label

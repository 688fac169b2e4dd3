"""People and logins. A user signs in; a subject is the person the data is about; an identifier is
how the person is known. The three are apart, so that erasing the person leaves the evidence whole."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Subject


class UserManager(BaseUserManager["User"]):
    """Users are made with a subject of their own."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        subject = fields.pop("subject", None) or Subject.objects.create(is_demo=bool(fields.get("is_demo")))
        user = self.model(email=self.normalize_email(email).lower(), subject=subject, **fields)
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
    is_demo = models.BooleanField(default=False)
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
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "index"], name="identifier_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["index"], name="identifier_index")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

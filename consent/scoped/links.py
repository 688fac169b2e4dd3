"""The link that asks for a grant: it carries person, purpose and scope, sealed. Nothing is stored for it."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from privacy.kernel.errors import NotFound
from privacy.kernel.tokens import open_token, sealed_token

USE = "permission"
VALID = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PermissionLink:
    """`age`: since it was mailed. A young one can grant, an older one only decline."""

    subject_id: uuid.UUID
    purpose: str
    scope: str
    age: dt.timedelta


def make_permission_token(subject_id: uuid.UUID, purpose: str, scope: str, now: dt.datetime) -> str:
    """For a mail to this person."""
    return sealed_token(USE, {"s": subject_id.hex, "p": purpose, "c": scope, "at": int(now.timestamp())})


def open_permission_token(token: str, now: dt.datetime) -> PermissionLink:
    """NotFound for a link that is broken or older than 30 days."""
    values = open_token(USE, token)
    age = now - dt.datetime.fromtimestamp(int(values["at"]), dt.UTC)
    if age > VALID:
        raise NotFound("This link is older than 30 days.")
    return PermissionLink(uuid.UUID(str(values["s"])), str(values["p"]), str(values["c"]), age)


def permission_url(token: str) -> str:
    return settings.KEPT_BASE_URL + reverse("permission", args=[token])

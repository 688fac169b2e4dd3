"""Links that carry their own content, sealed: nothing is stored for a link that nobody uses."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from privacy.kernel.errors import NotFound
from privacy.kernel.tokens import open_token, sealed_token

PREFERENCES = "consent.preferences"
UNSUBSCRIBE = "consent.unsubscribe"
VALID = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PreferencesLink:
    """A link to one mailbox's preferences. `age`: since it was made."""

    email: str
    age: dt.timedelta


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Ends one purpose for one person; it is good for as long as the mail that carries it."""

    subject_id: uuid.UUID
    purpose: str


def make_preferences_token(email: str, now: dt.datetime) -> str:
    """For a mail to exactly this (normalized) address."""
    return sealed_token(PREFERENCES, {"email": email, "at": int(now.timestamp())})


def open_preferences_token(token: str, now: dt.datetime) -> PreferencesLink:
    """NotFound for a link that is broken or older than 30 days."""
    values = open_token(PREFERENCES, token)
    age = now - dt.datetime.fromtimestamp(int(values["at"]), dt.UTC)
    if age > VALID:
        raise NotFound("This link is older than 30 days. Ask for a new one.")
    return PreferencesLink(str(values["email"]), age)


def make_unsubscribe_token(subject_id: uuid.UUID, purpose: str) -> str:
    """For the footer and the headers of promotional mail."""
    return sealed_token(UNSUBSCRIBE, {"s": subject_id.hex, "p": purpose})


def open_unsubscribe_token(token: str) -> UnsubscribeLink:
    """NotFound for anything that is not such a token."""
    values = open_token(UNSUBSCRIBE, token)
    return UnsubscribeLink(uuid.UUID(str(values["s"])), str(values["p"]))


def unsubscribe_url(subject_id: uuid.UUID, purpose: str) -> str:
    """The visible link, and the one that mail programs use."""
    return settings.KEPT_BASE_URL + reverse("unsubscribe", args=[make_unsubscribe_token(subject_id, purpose)])


def unsubscribe_headers(subject_id: uuid.UUID, purpose: str) -> tuple[tuple[str, str], ...]:
    """List headers of a promotional mail (RFC 2369, RFC 8058): one https address, one-click."""
    return (
        ("List-Unsubscribe", f"<{unsubscribe_url(subject_id, purpose)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )

"""Links that carry their own content, sealed: nothing is stored for a link that nobody uses."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from privacy.kernel.errors import NotFound
from privacy.kernel.tokens import open_token, sealed_token, token_hash

PREFERENCES = "consent.preferences"
UNSUBSCRIBE = "consent.unsubscribe"
EVERYTHING = "*"  # in place of a purpose: all promotional mail
VALID = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PreferencesLink:
    """A link to one mailbox's preferences. `age`: since it was made."""

    email: str
    age: dt.timedelta


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Ends one purpose (EVERYTHING: all promotional mail) for one person; it is good for as long as the mail
    that carries it. `mail_id` is that mail, `token_id` a hash of the link itself: both stand in the evidence."""

    subject_id: uuid.UUID
    purpose: str
    mail_id: str = ""
    token_id: str = ""


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


def make_unsubscribe_token(subject_id: uuid.UUID, purpose: str, mail_id: str = "") -> str:
    """For the footer and the headers of promotional mail. `mail_id` is an id or a hash, at most 64 long."""
    return sealed_token(UNSUBSCRIBE, {"s": subject_id.hex, "p": purpose, "m": mail_id})


def open_unsubscribe_token(token: str) -> UnsubscribeLink:
    """NotFound for anything that is not such a token."""
    values = {name: str(value) for name, value in open_token(UNSUBSCRIBE, token).items()}
    return UnsubscribeLink(uuid.UUID(values["s"]), values["p"], values.get("m", ""), token_hash(token)[:32])


def unsubscribe_url(subject_id: uuid.UUID, purpose: str, mail_id: str = "") -> str:
    """The visible link, and the one that mail programs use."""
    return settings.KEPT_BASE_URL + reverse("unsubscribe", args=[make_unsubscribe_token(subject_id, purpose, mail_id)])

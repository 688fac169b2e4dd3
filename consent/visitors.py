"""Who is at the preferences page: whose choices are open, and through which door they came."""

import datetime as dt
import uuid
from dataclasses import dataclass

from accounts.services import subject_for_identifier
from consent.links import make_preferences_token
from consent.rules import may_raise
from consent.signals.heeding import heed
from consent.signals.services import Sent
from consent.writing import How
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index

PAUSE_BETWEEN_LINKS_S = 120  # one link mail to a mailbox in this time, however often it is asked for


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose preferences are open. `subject_id` is None for a mailbox we do not know, `token` empty for who is
    signed in; `email` is where a link or a question can be mailed to."""

    how: How
    url: str
    subject_id: uuid.UUID | None = None
    email: str = ""
    token: str = ""
    signals: frozenset[str] = frozenset()  # that this browser sends
    members: tuple[uuid.UUID, ...] = ()  # every subject of the person

    @property
    def may_raise(self) -> bool:
        return may_raise(self.how.door, link_age=self.how.link_age)

    def actor(self, subject_id: uuid.UUID) -> Actor:
        return Actor.subject(subject_id, via=self.how.door.value)


def known_subject(visitor: Visitor, now: dt.datetime) -> uuid.UUID:
    """The visitor's subject. A mailbox that we did not know decides for the first time: its holder proved it by
    the link, and is known from here on."""
    subject_id = visitor.subject_id or _make_subject(visitor, now)
    heed(subject_id, visitor.signals, Sent())  # who comes by a link is known from here on
    return subject_id


def _make_subject(visitor: Visitor, now: dt.datetime) -> uuid.UUID:
    subject = subject_for_identifier(
        kind="email",
        value=visitor.email,
        source="preferences",
        actor=Actor.subject(uuid.uuid4(), via="link"),
        now=now,
        verified=True,
    )
    return subject.pk


def mail_link(*, email: str, language: str, now: dt.datetime) -> bool:
    """Mail a fresh link to this (normalized) address, known or not; False where one left a moment ago."""
    slot = int(now.timestamp()) // PAUSE_BETWEEN_LINKS_S
    message = queue_mail(
        "consent.link",
        idem_key=f"consent.link:{blind_index('email', email)}:{slot}",
        to=email,
        context={"language": language},
        secret={"token": make_preferences_token(email, now)},
        now=now,
    )
    return message.created_at == now

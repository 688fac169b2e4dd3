"""An agent records what a person asked for by mail, phone, chat or post: it only lowers, and the person is told."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.services import subject_for_identifier
from consent.links import EVERYTHING
from consent.mailing.audit_events import MAIL_SETTLED, OPT_OUT_RECORDED
from consent.mailing.inbound.reader import DONE
from consent.mailing.opting_out import stop_mail, topics
from consent.services import How
from consent.vocabulary import Door
from privacy.audit.services import record
from privacy.jobs.mailbox.handling import settle
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import normalize

WAYS = {"email": "Email", "phone": "Phone", "chat": "Chat", "post": "Post"}
OLDEST = dt.timedelta(days=366)


@transaction.atomic
def record_opt_out(
    *,
    kind: str,
    value: str,
    purpose_code: str,
    way: str,
    received_at: dt.datetime,
    actor: Actor,
    now: dt.datetime,
    source_id: str = "",
    is_demo: bool = False,
) -> int:
    """Record an opt-out; returns how many topics changed. The agent does not learn whether we knew the person.

    An address that we did not know is kept, so that it stays left alone. Raises InvalidInput (value, purpose,
    way, received_at).
    """
    try:
        identifier = normalize(kind, value)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="value") from None
    if purpose_code != EVERYTHING and purpose_code not in {row.code for row in topics()}:
        raise InvalidInput("Choose a topic, or all of them.", field="purpose")
    if way not in WAYS:
        raise InvalidInput("Say how the person reached us.", field="way")
    if not now - OLDEST <= received_at <= now + dt.timedelta(minutes=1):
        raise InvalidInput("Give the day on which it came in; it cannot be in the future.", field="received_at")
    subject = subject_for_identifier(
        kind=kind, value=identifier, source="opt_out", actor=actor, now=now, is_demo=is_demo
    )
    how = How(Door.AGENT, said_at=received_at, source_kind=way, source_id=source_id)
    events = stop_mail(subject_id=subject.pk, purpose_code=purpose_code, how=how, actor=actor, now=now)
    row = record(
        OPT_OUT_RECORDED,
        actor=actor,
        at=now,
        subject_id=subject.pk,
        is_demo=is_demo,
        purpose=purpose_code,
        way=way,
        changed=len(events),
    )
    if kind == "email":
        _confirm(identifier, purpose_code, subject.pk, row.pk, now=now, is_demo=is_demo)
    return len(events)


def _confirm(
    address: str, topic: str, subject_id: uuid.UUID, event_id: int, *, now: dt.datetime, is_demo: bool
) -> None:
    queue_mail(
        DONE,
        idem_key=f"{DONE}:agent:{event_id}",
        to=address,
        context={"topic": topic},
        subject_id=subject_id,
        now=now,
        is_demo=is_demo,
    )


@transaction.atomic
def opt_out_by_mail(*, mail: InboundMail, purpose_code: str, actor: Actor, now: dt.datetime) -> int:
    """An agent read a mail and found it to be an opt-out: for its sender, as of when it came."""
    changed = record_opt_out(
        kind="email",
        value=mail.sender,
        purpose_code=purpose_code,
        way="email",
        received_at=mail.received_at,
        actor=actor,
        now=now,
        source_id=mail.message_key,
        is_demo=mail.is_demo,
    )
    settle(mail=mail, reason="opt_out", by=actor.id, now=now)
    return changed


@transaction.atomic
def set_mail_aside(*, mail: InboundMail, reason: str, actor: Actor, now: dt.datetime) -> None:
    """A mail that needs nothing from us is set aside and its words are erased; who did it stands in the log.

    StaleState where somebody dealt with it.
    """
    settle(mail=mail, reason=reason, by=actor.id, now=now)
    record(MAIL_SETTLED, actor=actor, at=now, target=mail, is_demo=mail.is_demo, outcome=reason)

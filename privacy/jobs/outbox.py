"""Everything that leaves the house is a row first, written in the transaction that causes it."""

import datetime as dt
import json
import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from privacy.audit.services import record
from privacy.jobs.audit_events import MAIL_RESOLVED, MAIL_SEEN
from privacy.jobs.mail_registry import known_template
from privacy.jobs.models import MessageClass, OutboxMessage, SendState
from privacy.jobs.services import enqueue
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.lookups import among
from privacy.kernel.statements import insert_unless


def queue_mail(
    template: str,
    *,
    idem_key: str,
    to: str,
    context: dict[str, str | int],
    now: dt.datetime,
    secret: dict[str, Any] | None = None,
    subject_id: uuid.UUID | None = None,
    is_demo: bool = False,
) -> OutboxMessage:
    """Queue a mail, once for each `idem_key`; returns the row, also when it was there before.

    `context` holds ids and codes; `secret` what cannot be rendered again (a token), kept encrypted
    until the mail is gone. Raises InvalidInput for an address that cannot be one.
    """
    if any("@" in str(value) for value in context.values()):
        raise ValueError("The context of a mail carries ids and codes only.")
    known = known_template(template)
    row = OutboxMessage(
        idem_key=idem_key,
        template=template,
        message_class=known.message_class,
        subject_id=subject_id,
        recipient=identifiers.normalize("email", to),
        secret_text=json.dumps(secret) if secret else "",
        context_text=canonical_json(dict(context)),
        created_at=now,
        is_demo=is_demo,
    )
    with transaction.atomic(savepoint=False):  # both or none, and with what causes it
        if not insert_unless(row, "idem_key"):
            return OutboxMessage.objects.get(idem_key=idem_key)
        _enqueue_send(row, now)
    return row


@transaction.atomic
def resolve_uncertain(*, message: OutboxMessage, outcome: str, actor: Actor, now: dt.datetime) -> None:
    """A person decides about a mail that may have been accepted: `sent` or `resend`.

    Raises InvalidInput for another outcome, StaleState where the mail is not uncertain.
    """
    if outcome not in {"sent", "resend"}:
        raise InvalidInput("Say sent or resend.", field="outcome")
    changes: dict[str, Any] = {"state": SendState.QUEUED}
    if outcome == "sent":
        changes = {"state": SendState.SENT, "accepted_at": now, "recipient": "", "secret_text": ""}
    if OutboxMessage.objects.filter(pk=message.pk, state=SendState.UNCERTAIN).update(**changes) != 1:
        raise StaleState("This mail is not uncertain any more.")
    record(
        MAIL_RESOLVED,
        actor=actor,
        at=now,
        target=message,
        is_demo=message.is_demo,
        template=message.template,
        outcome=outcome,
    )
    if outcome == "resend":
        message.refresh_from_db()
        _enqueue_send(message, now)


def for_somebody() -> "QuerySet[OutboxMessage]":
    """The mails that need a person: nobody knows whether they arrived, or the server refused them for good and nobody
    has said yet that it is dealt with."""
    return OutboxMessage.objects.filter(among("state", [SendState.GIVEN_UP, SendState.UNCERTAIN]), seen_at=None)


@transaction.atomic
def note_seen(*, message: OutboxMessage, actor: Actor, now: dt.datetime) -> None:
    """A person has dealt with a mail that the server refused for good. StaleState where it waits for nobody."""
    if OutboxMessage.objects.filter(pk=message.pk, state=SendState.GIVEN_UP, seen_at=None).update(seen_at=now) != 1:
        raise StaleState("This mail waits for nobody.")
    record(
        MAIL_SEEN,
        actor=actor,
        at=now,
        target=message,
        subject_id=message.subject_id,
        is_demo=message.is_demo,
        template=message.template,
        reason=message.reason,
    )


def may_repeat(message: OutboxMessage) -> bool:
    """Whether a second copy is harmless: a reminder is; a notice or a secret waits for a human."""
    return message.message_class == MessageClass.REMINDER


def _enqueue_send(message: OutboxMessage, now: dt.datetime) -> None:
    enqueue(
        "jobs.send_mail",
        idem_key=f"mail:{message.pk}:{message.attempts}",
        payload={"message": str(message.pk)},
        now=now,
        is_demo=message.is_demo,
    )

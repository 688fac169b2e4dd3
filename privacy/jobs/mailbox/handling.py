"""What becomes of a message: the readers of the apps look at it in turn, and what none takes waits for a person."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.kernel.errors import StaleState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reader did. `reason` is a code; `subject_id` the person whom it is about, where known."""

    reason: str
    subject_id: uuid.UUID | None = None


Reader = Callable[[InboundMail, dt.datetime], Outcome | None]
_readers: dict[str, Reader] = {}


def register_reader(name: str, reader: Reader) -> None:
    """Add a reader (in `ready()`), asked in the order of the names. It acts within the caller's transaction and
    returns None for what is not its business or not clear. ValueError where the name is taken."""
    if name in _readers:
        raise ValueError(f"The mail reader {name} is registered twice.")
    _readers[name] = reader


@transaction.atomic
def handle(*, mail_id: uuid.UUID, now: dt.datetime) -> str:
    """Deal with one message, once. What programs sent is never acted upon and never answered."""
    mail = InboundMail.objects.select_for_update().get(pk=mail_id)
    if mail.state != InboundState.NEW:
        return str(mail.state)
    if mail.is_automatic:
        return _close(mail, InboundState.IGNORED, "automatic", now=now)
    for _, reader in sorted(_readers.items()):
        outcome = reader(mail, now)
        if outcome:
            mail.subject_id = outcome.subject_id
            return _close(mail, InboundState.DONE, outcome.reason, now=now)
    mail.state, mail.reason = InboundState.UNCLEAR, "unclear"
    mail.save(update_fields=["state", "reason"])
    return str(mail.state)


@transaction.atomic
def settle(*, mail: InboundMail, reason: str, by: uuid.UUID | None, now: dt.datetime) -> None:
    """A person dealt with it: its words go. StaleState where it does not wait any more."""
    row = InboundMail.objects.select_for_update().filter(pk=mail.pk, state=InboundState.UNCLEAR).first()
    if row is None:
        raise StaleState("Somebody dealt with this mail already.")
    row.settled_by = by
    _close(row, InboundState.SETTLED, reason, now=now)


def _close(mail: InboundMail, state: InboundState, reason: str, *, now: dt.datetime) -> str:
    mail.state, mail.reason, mail.settled_at = state, reason, now
    mail.sender = mail.recipients = mail.subject_line = mail.text = ""
    mail.save()
    return str(state)


def is_registered(reader: Reader) -> bool:
    """Whether this reader is asked about every message."""
    return reader in _readers.values()

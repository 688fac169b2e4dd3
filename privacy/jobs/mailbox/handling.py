"""What becomes of a message: the readers of the apps look at it in turn, and what none takes waits for a person."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.kernel.errors import StaleState
from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.sealed_store import SealedStore

STORE = SealedStore("inbound")
LONGEST_REASON = 40


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


Watcher = Callable[[InboundMail, dt.datetime], bool]
_watchers: dict[str, Watcher] = {}


def register_watcher(name: str, watcher: Watcher) -> None:
    """Add one (in `ready()`) that is shown what programs sent, such as a mail of ours that came back; True where it
    noted something. It never answers. ValueError where the name is taken."""
    if name in _watchers:
        raise ValueError(f"The watcher {name} is registered twice.")
    _watchers[name] = watcher


@transaction.atomic
def handle(*, mail_id: uuid.UUID, now: dt.datetime) -> str:
    """Deal with one message, once. What programs sent is never acted upon and never answered.

    Every reader looks at it, since one mail may ask for two things: `mail.reason` says what those before it did.
    """
    mail = InboundMail.objects.select_for_update().get(pk=mail_id)
    if mail.state != InboundState.NEW:
        return str(mail.state)
    if mail.is_automatic:
        noted = [watcher(mail, now) for watcher in _watchers.values()]
        return _close(mail, InboundState.IGNORED, "bounce" if any(noted) else "automatic", now=now)
    for _, reader in sorted(_readers.items()):
        outcome = reader(mail, now)
        if outcome:
            mail.subject_id = mail.subject_id or outcome.subject_id
            mail.reason = f"{mail.reason}+{outcome.reason}".strip("+")[:LONGEST_REASON]
    if mail.reason:
        return _close(mail, InboundState.DONE, mail.reason, now=now)
    mail.state, mail.reason = InboundState.UNCLEAR, "unclear"
    mail.save(update_fields=["state", "reason"])
    return str(mail.state)


def whole_message(mail: InboundMail) -> bytes:
    """The message as it came, where it had attachments; empty otherwise, and where it cannot be read any more."""
    if not mail.raw_file:
        return b""
    try:
        return b"".join(STORE.read(file=mail.raw_file, key=mail.raw_key))
    except UnreadableValue:
        return b""


def sweep_messages(*, now: dt.datetime) -> int:
    """Remove the sealed messages whose rows are gone."""
    wanted = set(InboundMail.objects.exclude(raw_file="").values_list("raw_file", flat=True))
    return STORE.sweep(wanted=wanted, now=now)


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
    mail.sender = mail.sender_name = mail.recipients = mail.subject_line = mail.text = ""
    if file := mail.raw_file:
        mail.raw_file = mail.raw_key = ""
        transaction.on_commit(lambda: STORE.remove(file))
    mail.save()
    return str(state)


def is_registered(reader: Reader) -> bool:
    """Whether this reader is asked about every message."""
    return reader in _readers.values()

"""A mail that somebody of staff hands in as a file: it waits like one that was read from a mailbox."""

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from django.db import transaction

from privacy.jobs.mailbox.messages import Letter, read_letter
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.jobs.mailbox.reading import LARGEST, keep_whole, values_of
from privacy.kernel.errors import InvalidInput

DESK = "desk"
HEAD = 64_000
RECEIVED = re.compile(rb"^received:(?P<value>(?:[^\n]*\n[ \t])*[^\n]*)", re.MULTILINE | re.IGNORECASE)
DATE = re.compile(rb"^date:(?P<value>[^\n]*)", re.MULTILINE | re.IGNORECASE)


@transaction.atomic
def take_in(*, raw: bytes, now: dt.datetime) -> InboundMail:
    """Keep the mail, once however often it is handed in, as one that waits for a person.

    Raises InvalidInput(file) for what is no mail or too large, and for one that was dealt with already.
    """
    if len(raw) > LARGEST:
        raise InvalidInput(f"This mail is larger than {LARGEST // 1_000_000} MB. Paste its text.", field="file")
    letter = read_letter(raw, own_addresses=frozenset())
    if not letter.sender and not letter.subject_line:
        raise InvalidInput("This is no mail that can be read. Paste its text instead.", field="file")
    row, is_new = InboundMail.objects.get_or_create(message_key=letter.key, defaults=_values(letter, raw, now))
    if is_new:
        keep_whole(row, raw, letter)
    elif row.state != InboundState.UNCLEAR:
        raise InvalidInput("This mail was dealt with already, or is being so. Look in the list.", field="file")
    return row


def received_at_of(raw: bytes, now: dt.datetime) -> dt.datetime:
    """When our mail server got it, by the newest Received line, else when it was sent; never after now."""
    head = raw[:HEAD]
    for pattern in (RECEIVED, DATE):
        if found := pattern.search(head):
            value = found.group("value").decode("ascii", "replace").rpartition(";")[2]
            if moment := _moment(" ".join(value.split())):
                return min(moment, now)
    return now


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _values(letter: Letter, raw: bytes, now: dt.datetime) -> dict[str, object]:
    """A person hands it in, so what a program sent waits for them too."""
    here = {"mailbox": DESK, "state": InboundState.UNCLEAR, "reason": DESK, "received_at": received_at_of(raw, now)}
    return {**values_of(letter), **here}

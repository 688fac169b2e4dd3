"""Read a folder over IMAP: in order, each message once, without touching it.

The folder is opened read-only, so nothing is marked, moved or deleted: people may use the same mailbox. How far
it was read stands in the database, in the transaction that keeps the message; killed anywhere, nothing is lost
and nothing is kept twice.
"""

import datetime as dt
import hashlib
import imaplib
import re
import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.db import transaction
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from privacy.jobs.claiming import Claim
from privacy.jobs.mailbox.handling import STORE
from privacy.jobs.mailbox.messages import Letter, read_letter
from privacy.jobs.mailbox.models import InboundMail, MailboxPlace
from privacy.jobs.models import Heartbeat
from privacy.jobs.services import enqueue
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

TIMEOUT_SECONDS = 20
AT_ONCE = 200  # messages in one run; the next run goes on
LARGEST = 12_000_000  # of a larger message only the headers are read
FIRST_LOOK = dt.timedelta(days=14)  # how far back a folder is read that was never read before
HEARTBEAT = "mailbox"


class MailboxAway(Exception):
    """The server cannot be reached, or does not let us in. The next run tries again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the mailbox is, from KEPT_MAILBOX_URL."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: str

    @property
    def name(self) -> str:
        """What the mailbox is called where a mail says at which one it came in."""
        return self.user[:80]

    @property
    def folder_key(self) -> str:
        return hashlib.sha256(f"{self.user}@{self.host}/{self.folder}".encode()).hexdigest()


def address_from(url: str) -> Address:
    """`imaps://user:password@host:993/INBOX`, or `imap://…?tls=starttls` (or `none`, for this machine only)."""
    parts = urlsplit(url)
    tls = "tls" if parts.scheme == "imaps" else parse_qs(parts.query).get("tls", ["starttls"])[0]
    return Address(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or (993 if tls == "tls" else 143),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls=tls,
    )


def addresses() -> list[Address]:
    """Every mailbox that is read: the addresses in KEPT_MAILBOX_URL, with a space between two."""
    return [address_from(url) for url in settings.KEPT_MAILBOX_URL.split()]


def read_mailboxes(claim: Claim) -> dict[str, int | str]:
    """Keep what is new in each mailbox; returns how many messages. One that is away does not stop the others.

    MailboxAway where one could not be read: until all can, the heartbeat stands still.
    """
    places = addresses()
    if not places:
        return {"answer": "no_mailbox"}
    kept, away = 0, ""
    for address in places:
        try:
            kept += _read_one(claim, address)
        except MailboxAway as error:
            away = str(error)
    if away:
        raise MailboxAway(away)
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": clock.now()})
    return {"kept": kept}


def _read_one(claim: Claim, address: Address) -> int:
    kept = 0
    try:
        with _connected(address) as mailbox:
            place, uids = _new_ones(mailbox, address)
            for uid in uids[:AT_ONCE]:
                kept += _take(claim, mailbox, place, uid, address.name)
            MailboxPlace.objects.filter(pk=place.pk).update(read_at=clock.now(), validity=place.validity)
    except (OSError, ImapToolsError, imaplib.IMAP4.error, ssl.SSLError) as error:
        raise MailboxAway(type(error).__name__) from None
    except DomainError as error:  # no room for what came along: the next run tries again
        raise MailboxAway(error.code) from None
    return kept


def _connected(address: Address) -> BaseMailBox:
    """A session that only reads. Certificates are checked as everywhere."""
    trusted = ssl.create_default_context()
    where = {"host": address.host, "port": address.port, "timeout": TIMEOUT_SECONDS}
    mailbox: BaseMailBox
    if address.tls == "none":
        mailbox = MailBoxUnencrypted(**where)
    elif address.tls == "starttls":
        mailbox = MailBoxStartTls(**where, ssl_context=trusted)
    else:
        mailbox = MailBox(**where, ssl_context=trusted)
    try:
        mailbox.login(address.user, address.password, initial_folder=None)
        mailbox.folder.set(address.folder, readonly=True)
    except (OSError, ImapToolsError, imaplib.IMAP4.error):
        mailbox.client.shutdown()
        raise
    return mailbox


def _new_ones(mailbox: BaseMailBox, address: Address) -> tuple[MailboxPlace, list[int]]:
    """The numbers of the messages that were not read yet, the oldest first."""
    validity = str(mailbox.folder.status(address.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    place, _ = MailboxPlace.objects.get_or_create(folder_key=address.folder_key, defaults={"validity": validity})
    if place.validity != validity:  # the server numbers anew; what is read again is recognized by its key
        place.validity, place.last_uid = validity, 0
    since = f"{clock.now() - FIRST_LOOK:%d-%b-%Y}"
    criteria = f"UID {place.last_uid + 1}:*" if place.last_uid else f"SINCE {since}"
    found = sorted(int(uid) for uid in mailbox.uids(criteria))
    return place, [uid for uid in found if uid > place.last_uid]


def _take(claim: Claim, mailbox: BaseMailBox, place: MailboxPlace, uid: int, name: str) -> int:
    """Keep one message and go past it, in one transaction. 1 where it is new."""
    raw, received_at = _fetch(mailbox, uid)
    letter = read_letter(raw, own_addresses=_own_addresses()) if raw else None
    with transaction.atomic():
        claim.hold()
        is_new = False
        if letter:
            row, is_new = InboundMail.objects.get_or_create(
                message_key=letter.key,
                defaults={**values_of(letter), "mailbox": name, "received_at": min(received_at, claim.now)},
            )
            if is_new:
                keep_whole(row, raw, letter)
                key = f"mailbox.handle:{row.pk}"
                enqueue("mailbox.handle", idem_key=key, payload={"mail": str(row.pk)}, now=claim.now)
        place.last_uid = uid
        place.read_at = claim.now
        place.save()
        claim.note_progress()
    return int(is_new)


def _fetch(mailbox: BaseMailBox, uid: int) -> tuple[bytes, dt.datetime]:
    """The bytes (of a huge message: its headers) and when the server got it; empty for one that is gone."""
    _, answer = mailbox.client.uid("FETCH", str(uid), "(INTERNALDATE RFC822.SIZE)")
    about = b" ".join(part if isinstance(part, bytes) else part[0] for part in answer if part)
    size = re.search(rb"RFC822\.SIZE (\d+)", about)
    if not size:
        return b"", clock.now()
    what = "BODY.PEEK[]" if int(size.group(1)) <= LARGEST else "BODY.PEEK[HEADER]"
    _, answer = mailbox.client.uid("FETCH", str(uid), f"({what})")
    raw = b"".join(part[1] for part in answer if isinstance(part, tuple))
    return raw, _internal_date(about)


def _internal_date(about: bytes) -> dt.datetime:
    found = re.search(rb'INTERNALDATE "([^"]+)"', about)
    try:
        text = found.group(1).decode().strip() if found else ""
        return dt.datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(dt.UTC)
    except ValueError:
        return clock.now()


def values_of(letter: Letter) -> dict[str, Any]:
    """What a row keeps of a message."""
    return {
        "sender": letter.sender,
        "sender_name": letter.sender_name,
        "recipients": letter.recipients,
        "subject_line": letter.subject_line,
        "text": letter.text,
        "answers": letter.answers or None,
        "is_bounce": letter.is_bounce,
        "bounce_code": letter.bounce_code,
        "is_automatic": letter.is_automatic,
    }


def keep_whole(row: InboundMail, raw: bytes, letter: Letter) -> None:
    """Seal a message that has more than words, until somebody has dealt with it."""
    if letter.has_files and not letter.is_automatic:
        sealed = STORE.put(raw)
        row.raw_file, row.raw_key = sealed.file, sealed.key
        row.save(update_fields=["raw_file", "raw_key"])


def _own_addresses() -> frozenset[str]:
    """Mail from these came from here: a loop."""
    read = (address.user for address in addresses() if "@" in address.user)
    named = (settings.DEFAULT_FROM_EMAIL, settings.KEPT_PROMOTIONAL_FROM, settings.KEPT_MAILBOX_ADDRESS, *read)
    return frozenset(parseaddr(value)[1].lower() for value in named if value)

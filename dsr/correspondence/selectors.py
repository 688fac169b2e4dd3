"""The thread of a case: messages, letters, the person's own words and, for staff, the notes, in one order of time."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.vocabulary import MEDIUM_WORDS, Direction, Kind, Medium, Scanned
from dsr.models import CaseNote, Letter, SubjectRequest
from dsr.states import Channel
from privacy.jobs.models import OutboxMessage
from privacy.kernel.together import fetch_together

WHY_NOT = {
    "too_many": "More files came than are kept of one message.",
    "too_large": "Too large to be kept.",
    "empty": "It was empty.",
    "virus": "The virus scanner found something in it, so it was not kept.",
}
SCANNED = {
    "": "",
    Scanned.CLEAN: "virus scan: clean",
    Scanned.NOT_CONFIGURED: "virus scan: no scanner is configured",
    Scanned.WAITS: "waits for the virus scanner, and is not shown before",
    Scanned.TOO_MUCH: "more than the virus scanner can look at, so it is not shown",
}
DELIVERY = {
    "queued": "waits to leave",
    "sending": "is leaving",
    "sent": "left by mail",
    "refused": "was not sent",
    "given_up": "was refused by the mail server",
    "uncertain": "may have left: somebody decides",
}
PRINTED = "to be printed and sent by post"
CAME_BACK = "came back from the mail server"
FORM_CHANNELS = frozenset({Channel.WEB, Channel.ACCOUNT})
BY_OTHERS = {
    Channel.AGENT: "an authorized agent, by the Data Rights Protocol",
    Channel.OPENDSR: "a business customer, by OpenDSR",
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that came along: why it is not here, else what the virus scanner said."""

    row: Attachment
    why_not: str
    scanned: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said. `by` is them, us or staff; `what` names it in a word or two; `state` tells whether a
    letter left. `is_theirs` is False for words from another address, which only staff may read."""

    at: dt.datetime
    by: str
    what: str
    text: str
    medium: str = ""
    subject_line: str = ""
    state: str = ""
    has_failed: bool = False
    is_new: bool = False
    is_theirs: bool = True
    mailbox: str = ""
    letter_id: uuid.UUID | None = None
    files: list[FileLine] = field(default_factory=list)

    @property
    def is_staff_note(self) -> bool:
        return self.by == "staff"


class ThreadRows:
    """The rows that a thread is made of, to be asked together with what else a page shows of the case."""

    def __init__(self, subject_request: SubjectRequest) -> None:
        self.messages = Message.objects.filter(subject_request=subject_request)
        self.attachments = Attachment.objects.filter(message__subject_request=subject_request)
        self.letters = Letter.objects.filter(subject_request=subject_request).order_by("created_at")
        mails = Letter.objects.filter(subject_request=subject_request).exclude(outbox_id=None)
        self.mails = OutboxMessage.objects.filter(pk__in=mails.values("outbox_id")).only("state")
        self.notes = CaseNote.objects.filter(subject_request=subject_request).order_by("created_at")

    @property
    def all(self) -> "list[QuerySet[Any]]":
        return [self.messages, self.attachments, self.letters, self.mails, self.notes]


def thread_of(
    subject_request: SubjectRequest, *, with_staff_notes: bool = False, rows: ThreadRows | None = None
) -> list[Entry]:
    """The whole thread, the oldest first, in one query; in none where its rows are given.

    Without staff notes it is what the person may see: no note, no message from somebody else's address.
    """
    if rows is None:
        rows = ThreadRows(subject_request)
        fetch_together(*rows.all)
    files: dict[Any, list[Attachment]] = {}
    for each in rows.attachments:
        files.setdefault(each.message_id, []).append(each)
    said = [row for row in rows.messages if row.kind != Kind.BOUNCE]
    entries = [*_letters(rows), *(_message(row, files.get(row.pk, [])) for row in said)]
    medium = _medium_of(subject_request)
    for note in rows.notes:
        if note.kind == "message":
            entries.append(Entry(note.created_at, "them", "message", note.text, medium))
        else:
            entries.append(Entry(note.created_at, "staff", "note", note.text))
    if not with_staff_notes:
        entries = [entry for entry in entries if entry.is_theirs and not entry.is_staff_note]
    return sorted(entries, key=lambda entry: entry.at)


def unseen() -> "QuerySet[Message]":
    """The messages of people that nobody of staff has read."""
    return Message.objects.filter(seen_at=None, direction=Direction.IN, is_demo=False)


def _file(row: Attachment) -> FileLine:
    return FileLine(row, WHY_NOT.get(row.why_not, ""), SCANNED[row.scanned] if row.file else "")


def _message(row: Message, attachments: list[Attachment]) -> Entry:
    files = [_file(each) for each in attachments]
    return Entry(
        at=row.at,
        by="them" if row.direction == Direction.IN else "us",
        what="message",
        text=row.text,
        medium=MEDIUM_WORDS[Medium(row.medium)],
        subject_line=row.subject_line,
        is_new=row.seen_at is None and row.direction == Direction.IN,
        is_theirs=row.is_theirs,
        mailbox=row.mailbox,
        files=files,
    )


def _letters(rows: ThreadRows) -> list[Entry]:
    """Our letters, each with what became of it."""
    states = {row.pk: row.state for row in rows.mails}
    back = {row.outbox_id: row for row in rows.messages if row.kind == Kind.BOUNCE}
    entries = []
    for letter in rows.letters:
        state = states.get(letter.outbox_id, "") if letter.outbox_id else ""
        words = DELIVERY.get(str(state), "") if letter.outbox_id else PRINTED
        bounce = back.pop(letter.outbox_id, None) if letter.outbox_id else None
        if bounce:
            words = f"{CAME_BACK} {bounce.code}".strip()
        entries.append(
            Entry(
                at=letter.created_at,
                by="us",
                what=letter.kind.replace("_", " "),
                text=letter.text,
                medium="post" if not letter.outbox_id else "email",
                state=words,
                has_failed=bool(bounce) or state in {"given_up", "refused", "uncertain"},
                is_new=bounce is not None and bounce.seen_at is None,
                letter_id=letter.pk,
            )
        )
    entries += [_lost(row) for row in back.values()]
    return entries


def _lost(row: Message) -> Entry:
    """A mail that is no letter, such as one with a link, and came back."""
    words = f"{CAME_BACK} {row.code}".strip()
    return Entry(
        row.at, "us", "mail with a link", "", "email", state=words, has_failed=True, is_new=row.seen_at is None
    )


def _medium_of(subject_request: SubjectRequest) -> str:
    channel = Channel(subject_request.channel)
    if channel in BY_OTHERS:
        return BY_OTHERS[channel]
    return MEDIUM_WORDS[Medium.FORM if channel in FORM_CHANNELS else Medium(channel)]

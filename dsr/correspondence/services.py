"""Put a message into the thread of its case, with what came along, and say that staff have read it."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.rules import LARGEST_FILE, LONGEST_NAME, MOST_FILES, media_type_of
from dsr.correspondence.vocabulary import Direction, Kind, Scanned
from dsr.models import SubjectRequest
from dsr.services.asking import note_reply
from dsr.services.moving import note_history
from privacy.jobs.services import enqueue
from privacy.kernel.actors import Actor
from privacy.kernel.sealed_store import SealedStore
from privacy.kernel.texts import one_line

STORE = SealedStore("correspondence")
SCAN = "correspondence.scan"
KINDS = {Direction.IN: "message_received", Direction.OUT: "message_sent"}


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it came: its name, which may be a lie, its bytes, and what the virus scanner said where a door asked
    it. Where none did, it is asked afterwards."""

    name: str
    data: bytes
    scanned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message before it is kept. The fields are those of `Message`."""

    medium: str
    text: str
    at: dt.datetime
    direction: Direction = Direction.IN
    subject_line: str = ""
    files: Sequence[GivenFile] = ()
    is_theirs: bool = True
    noted_by: uuid.UUID | None = None
    source_key: str = ""
    mailbox: str = ""
    outbox_id: uuid.UUID | None = None


@transaction.atomic
def add_message(
    *,
    subject_request: SubjectRequest,
    said: Said,
    actor: Actor,
    now: dt.datetime,
    is_seen: bool = False,
    is_first: bool = False,
) -> Message:
    """Keep a message; one of the same `source_key` is kept once. A case that has ended takes it all the same.

    `is_first`: it is what the case began with, so the history says nothing of it. Raises DomainError(disk_full).
    """
    key = said.source_key
    if key and (known := Message.objects.filter(subject_request=subject_request, source_key=key).first()):
        return known
    message = Message.objects.create(
        subject_request=subject_request,
        direction=said.direction,
        medium=said.medium,
        subject_line=one_line(said.subject_line),
        text=said.text.replace("\0", "").strip(),
        is_theirs=said.is_theirs,
        at=said.at,
        noted_by=said.noted_by,
        seen_at=now if is_seen else None,
        source_key=key,
        mailbox=said.mailbox,
        outbox_id=said.outbox_id,
        created_at=now,
        is_demo=subject_request.is_demo,
    )
    kept = Attachment.objects.bulk_create(_kept(message, said.files, now))
    if any(row.scanned == Scanned.WAITS for row in kept):
        payload: dict[str, str | int] = {"message": str(message.pk)}
        enqueue(SCAN, idem_key=f"{SCAN}:{message.pk}", payload=payload, now=now, is_demo=message.is_demo)
    if not is_first:
        detail = f"{said.medium}:{len(said.files)}"
        note_history(subject_request=subject_request, kind=KINDS[said.direction], actor=actor, now=now, detail=detail)
        if said.direction == Direction.IN and said.is_theirs:
            note_reply(subject_request=subject_request, said_at=said.at, actor=actor, now=now)
    return message


@transaction.atomic
def note_bounce(
    *, subject_request: SubjectRequest, outbox_id: uuid.UUID, code: str, at: dt.datetime, actor: Actor, now: dt.datetime
) -> bool:
    """A mail of this case came back. False where that is known of this mail."""
    if Message.objects.filter(subject_request=subject_request, outbox_id=outbox_id, kind=Kind.BOUNCE).exists():
        return False
    Message.objects.create(
        subject_request=subject_request,
        medium="mail",
        kind=Kind.BOUNCE,
        is_theirs=False,
        at=at,
        outbox_id=outbox_id,
        code=code,
        created_at=now,
        is_demo=subject_request.is_demo,
    )
    note_history(subject_request=subject_request, kind="mail_bounced", actor=actor, now=now, detail=code)
    return True


@transaction.atomic
def mark_seen(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> int:
    """Somebody of staff has read what came in; returns how many messages that were."""
    rows = Message.objects.filter(subject_request=subject_request, seen_at=None)
    count = rows.filter(Q(direction=Direction.IN)).update(seen_at=now)
    if count:
        note_history(subject_request=subject_request, kind="messages_seen", actor=actor, now=now, detail=str(count))
    return count


def original_of(attachment: Attachment) -> Iterator[bytes]:
    """The bytes of an attachment as they came, for a review, the scanner and the renderer. Never for a page.

    UnreadableValue where the file is gone or altered.
    """
    return STORE.read(file=attachment.file, key=attachment.file_key)


def sweep_files(*, now: dt.datetime) -> int:
    """Remove the files whose rows are gone."""
    return STORE.sweep(wanted=set(Attachment.objects.exclude(file="").values_list("file", flat=True)), now=now)


def _kept(message: Message, files: Sequence[GivenFile], now: dt.datetime) -> list[Attachment]:
    rows = [_row(message, given, position, now) for position, given in enumerate(files[:MOST_FILES])]
    if len(files) > MOST_FILES:
        over = Attachment(message=message, position=MOST_FILES, media_type="", why_not="too_many", created_at=now)
        rows.append(over)
    return rows


def _row(message: Message, given: GivenFile, position: int, now: dt.datetime) -> Attachment:
    row = Attachment(
        message=message,
        position=position,
        name=one_line(given.name)[:LONGEST_NAME],
        media_type=media_type_of(given.data),
        size=len(given.data),
        created_at=now,
    )
    if len(given.data) > LARGEST_FILE:
        row.why_not = "too_large"
    elif not given.data:
        row.why_not = "empty"
    else:
        sealed = STORE.put(given.data)
        row.file, row.file_key, row.digest = sealed.file, sealed.key, sealed.digest
        row.scanned = given.scanned or (Scanned.WAITS if settings.KEPT_CLAMD else Scanned.NOT_CONFIGURED)
    return row

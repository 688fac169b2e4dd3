"""What changed since a position, in an order that loses nothing.

Transactions commit in another order than they take their numbers, so neither ids nor times can be a position. The
seals of the log give one: a seal takes, under one lock, whatever is committed and has none yet. A position is a place
in that order, with the beginning of its seal's hash: after a restore from a backup the same number is another place,
and the follower is told to begin anew.
"""

import datetime as dt
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consent.columns import as_uuid
from privacy.audit.models import Seal, SealMember
from privacy.audit.sealing import seal_pending
from privacy.kernel.errors import DomainError, InvalidInput

TYPES = ("consent.", "accounts.identifier", "accounts.merged", "dsr.", "personal_data.", "retention.")
SCANNED = 5000  # events looked at for one page; most are about something else
CURSOR = re.compile(r"(\d{1,18})-([0-9a-f]{12}|)")
SEALS_AT_ONCE = 5


class OtherHistory(DomainError):
    """The position is none of this log."""

    http_status = 409


@dataclass(frozen=True, slots=True)
class Page:
    """`changes` in their order; `subjects` whom they are about; `has_more` where the log goes on."""

    changes: list[dict[str, Any]]
    subjects: list[uuid.UUID]
    position: str
    has_more: bool


def newest_position(now: dt.datetime) -> str:
    """Where the log ends, everything that is committed included."""
    _seal(now)
    last = SealMember.objects.order_by("-id").values_list("id", "seal__hash").first()
    return f"{last[0]}-{last[1][:12]}" if last else "0-"


def page_after(cursor: str, *, limit: int, now: dt.datetime) -> Page:
    """The changes after a position. InvalidInput(after) for no position, OtherHistory for one of another log."""
    after = _place(cursor)
    _seal(now)
    rows = _members(after)
    changes: list[dict[str, Any]] = []
    subjects: dict[uuid.UUID, None] = {}
    last, has_more = cursor, False
    for number, (place, seal_hash, at, kind, subject, payload) in enumerate(rows):
        if len(changes) == limit or number == SCANNED:
            has_more = True
            break
        last = f"{place}-{seal_hash[:12]}"
        if subject is None or not kind.startswith(TYPES):
            continue
        about = as_uuid(subject)
        subjects[about] = None
        changes.append({"position": last, "at": at, "type": kind, "subject": about, **_told(kind, payload)})
    return Page(changes, list(subjects), last, has_more)


def _told(kind: str, payload: str) -> dict[str, Any]:
    values = json.loads(payload) if kind == "consent.changed" else {}
    return {name: values[name] for name in ("purpose", "channel", "status", "door") if name in values}


def _place(cursor: str) -> int:
    found = CURSOR.fullmatch(cursor)
    if not found:
        raise InvalidInput("Send the position of the snapshot or of the last page as `after`.", field="after")
    place = int(found[1])
    if place:
        seal = Seal.objects.filter(members__id=place).values_list("hash", flat=True).first()
        if seal is None or seal[:12] != found[2]:
            raise OtherHistory(
                "This position is none of this log, which was restored from a backup. Take a new snapshot.",
                field="after",
                code="other_history",
            )
    return place


def _seal(now: dt.datetime) -> None:
    """Seal what is committed, so that what was just decided is in the page; a worker does so every few seconds."""
    for _ in range(SEALS_AT_ONCE):
        if seal_pending(now=now) is None:
            return


SQL = """
SELECT m.id, s.hash, e.at, e.type, e.subject_id, e.payload
FROM audit_sealmember m JOIN audit_seal s ON s.number = m.seal_id JOIN audit_auditevent e ON e.id = m.event_id
WHERE m.id > %s ORDER BY m.id LIMIT %s"""


def _members(after: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(SQL, [after, SCANNED + 1])
        return list(cursor.fetchall())

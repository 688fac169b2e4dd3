"""Many decisions at once, for imports: the same rows as a single one writes, in a few streams.

The callers hold the people's locks and have checked that nothing is raised.
"""

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from consent import dispatch
from consent.audit_events import CHANGED
from consent.models import ConsentEvent, Preference
from consent.rules import Standing
from consent.vocabulary import Door
from consent.wording import Wording
from privacy.audit.bulk import BulkEvidence, append_evidence_in_bulk, payload_text
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.bulk_rows import Plain, write_rows

EVENT_NAMES = ("id", "at", "is_demo", *ConsentEvent.hashed_fields)
FIELDS = {field.name: field for field in ConsentEvent._meta.concrete_fields}
PREFERENCE_NAMES = (
    "id", "subject", "purpose", "channel", "status", "version", "event_id", "changed_at", "policy_on", "pace", "door",
    "source",
)  # fmt: skip
UPDATE = """UPDATE consent_preference SET status = %s, event_id = %s, changed_at = %s, policy_on = %s, door = %s,
  source = %s, expires_at = NULL, version = version + 1
WHERE subject_id = %s AND purpose = %s AND channel = %s AND version = %s"""
UPDATE_MANY = """UPDATE consent_preference p SET status = v.status, event_id = v.event_id::uuid,
  changed_at = v.changed_at::timestamptz, policy_on = v.policy_on::date, door = v.door, source = v.source,
  expires_at = NULL, version = p.version + 1
FROM (VALUES %s) AS v(status, event_id, changed_at, policy_on, door, source, subject_id, purpose, channel, version)
WHERE p.subject_id = v.subject_id::uuid AND p.purpose = v.purpose AND p.channel = v.channel
  AND p.version = v.version::integer"""


@dataclass(frozen=True, slots=True)
class Change:
    """One decision: whose (id as text), about what, what it becomes, and what stood before."""

    subject_id: str
    is_demo: bool
    wording: Wording
    channel: str
    status: str
    before: Standing | None
    at: dt.datetime
    source_id: str
    said_at: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Through what all of them came."""

    door: Door
    kind: str
    language: str = ""


def write_in_bulk(changes: Sequence[Change], *, source: Source, actor: Actor) -> None:
    """Write events, log and projection, and tell the listeners, in the caller's transaction."""
    if not changes:
        return
    ids = list(fresh_ids(len(changes)))
    forms: dict[tuple[str, str, str], tuple[dict[str, Plain], str]] = {}
    rows = []
    for change, pk in zip(changes, ids, strict=True):
        code, status = change.wording.code, str(change.status)
        if (form := forms.get((code, change.channel, status))) is None:
            told = payload_text(CHANGED, purpose=code, channel=change.channel, status=status, door=source.door.value)
            form = forms[code, change.channel, status] = _fixed(change, source, actor), told
        rows.append(_evidence(change, pk, *form))
    append_evidence_in_bulk(ConsentEvent, rows, event=CHANGED, actor=actor)
    pairs = list(zip(changes, ids, strict=True))
    write_rows(Preference, PREFERENCE_NAMES, _new_preferences([each for each in pairs if not each[0].before], source))
    _move_preferences([each for each in pairs if each[0].before], source)
    dispatch.announce([_model(row) for row in rows])


def fresh_ids(count: int) -> Iterator[str]:
    """Random ids (UUID version 4) as texts, made many at a time."""
    noise = os.urandom(16 * count).hex()
    for start in range(0, 32 * count, 32):
        word = noise[start : start + 32]
        variant = "89ab"[int(word[16], 16) & 3]
        yield f"{word[:8]}-{word[8:12]}-4{word[13:16]}-{variant}{word[17:20]}-{word[20:]}"


def _evidence(change: Change, pk: str, fixed: dict[str, Plain], payload: str) -> BulkEvidence:
    values = {
        **fixed,
        "id": pk,
        "at": clock.canonical(change.at),
        "is_demo": change.is_demo,
        "subject_id": change.subject_id,
        "previous": change.before.status if change.before else "",
        "said_at": change.said_at,
        "source_id": change.source_id,
    }
    return BulkEvidence(tuple([values[name] for name in EVENT_NAMES]), change.subject_id, payload)


def _fixed(change: Change, source: Source, actor: Actor) -> dict[str, Plain]:
    """What is the same for every event about one purpose, channel and status."""
    wording = change.wording
    notice = wording.notice(source.language or wording.main_language)
    return {
        **dict.fromkeys(EVENT_NAMES, ""),
        "purpose": wording.code,
        "channel": change.channel,
        "status": str(change.status),
        "door": source.door.value,
        "actor_kind": actor.kind.value,
        "actor_id": str(actor.id) if actor.id else None,
        "notice_digest": notice.digest,
        "notice_language": notice.language,
        "policy_on": wording.effective_on.isoformat(),
        "source_kind": source.kind,
        "until": None,
    }


def _new_preferences(pairs: Sequence[tuple[Change, str]], source: Source) -> Iterator[tuple[Plain, ...]]:
    for (change, event), pk in zip(pairs, fresh_ids(len(pairs)), strict=True):
        yield (
            pk, change.subject_id, change.wording.code, change.channel, str(change.status), 1, event,
            clock.canonical(change.at), change.wording.effective_on.isoformat(), "", source.door.value, source.kind,
        )  # fmt: skip


def _move_preferences(pairs: Sequence[tuple[Change, str]], source: Source) -> None:
    rows = [
        (
            str(change.status), event, change.at, change.wording.effective_on, source.door.value, source.kind,
            change.subject_id, change.wording.code, change.channel, change.before.version if change.before else 0,
        )
        for change, event in pairs
    ]  # fmt: skip
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values  # noqa: PLC0415 - with SQLite the driver need not be there

            execute_values(cursor.cursor, UPDATE_MANY, rows, page_size=len(rows))
        else:
            adapted = connection.ops.adapt_datetimefield_value
            cursor.executemany(
                UPDATE,
                [
                    (
                        row[0],
                        row[1].replace("-", ""),
                        adapted(row[2]),
                        row[3],
                        *row[4:6],
                        row[6].replace("-", ""),
                        *row[7:],
                    )
                    for row in rows
                ],
            )


def _model(row: BulkEvidence) -> ConsentEvent:
    """The event as listeners take it."""
    values = dict(zip(EVENT_NAMES, row.values, strict=True))
    return ConsentEvent(**{name: FIELDS[name].to_python(value) for name, value in values.items()})

"""Many decisions at once, for imports: the same rows as a single one writes, in a few streams.

The callers hold the people's locks and have checked that nothing is raised.
"""

import datetime as dt
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

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
from privacy.kernel.canonical import plain_of

EVENT_NAMES = ("id", "at", "is_demo", *ConsentEvent.hashed_fields)
AT = {name: place for place, name in enumerate(EVENT_NAMES)}
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


class Change(NamedTuple):
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
    forms: dict[tuple[str, str, str], _Form] = {}
    rows, told = [], []
    for change, pk in zip(changes, ids, strict=True):
        place = (change.wording.code, change.channel, change.status)
        if (form := forms.get(place)) is None:
            form = forms[place] = _Form(change, source, actor)
        rows.append(form.evidence(change, pk))
        told.append(Decided(form.event, change, pk))
    append_evidence_in_bulk(ConsentEvent, rows, event=CHANGED, actor=actor)
    pairs = list(zip(changes, ids, strict=True))
    write_rows(Preference, PREFERENCE_NAMES, _new_preferences([each for each in pairs if not each[0].before], source))
    _move_preferences([each for each in pairs if each[0].before], source)
    dispatch.announce(told)


class Decided:
    """One event of many, as listeners ask for it: a row of the ORM for each would cost more than writing it."""

    __slots__ = ("_alike", "_change", "_pk")

    def __init__(self, alike: ConsentEvent, change: Change, pk: str) -> None:
        self._alike, self._change, self._pk = alike, change, pk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alike, name)  # purpose, channel, status, door …

    @property
    def pk(self) -> uuid.UUID:
        return uuid.UUID(self._pk)

    @property
    def subject_id(self) -> uuid.UUID:
        return uuid.UUID(self._change.subject_id)

    @property
    def at(self) -> dt.datetime:
        return self._change.at

    @property
    def is_demo(self) -> bool:
        return self._change.is_demo

    @property
    def previous(self) -> str:
        return self._change.before.status if self._change.before else ""


class _Form:
    """What is the same for every event about one purpose, channel and status: the rest is filled in."""

    def __init__(self, change: Change, source: Source, actor: Actor) -> None:
        wording, status = change.wording, str(change.status)
        notice = wording.notice(source.language or wording.main_language)
        self.event = ConsentEvent(
            purpose=wording.code,
            channel=change.channel,
            status=status,
            door=source.door.value,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            notice_digest=notice.digest,
            notice_language=notice.language,
            policy_on=wording.effective_on,
            source_kind=source.kind,
        )
        self._values: list[Plain] = [plain_of(getattr(self.event, name)) for name in EVENT_NAMES]
        told = {"purpose": wording.code, "channel": change.channel, "status": status, "door": source.door.value}
        self._payload = payload_text(CHANGED, **told)

    def evidence(self, change: Change, pk: str) -> BulkEvidence:
        """The row in its canonical form."""
        values = self._values.copy()
        values[AT["id"]], values[AT["at"]], values[AT["is_demo"]] = pk, moment_text(change.at), change.is_demo
        values[AT["subject_id"]], values[AT["source_id"]] = change.subject_id, change.source_id
        values[AT["previous"]] = change.before.status if change.before else ""
        values[AT["said_at"]] = change.said_at
        return BulkEvidence(tuple(values), change.subject_id, self._payload)


@lru_cache(maxsize=64)
def moment_text(at: dt.datetime) -> str:
    """Nearly all of a part share one moment."""
    return clock.canonical(at)


def fresh_ids(count: int) -> Iterator[str]:
    """Random ids (UUID version 4) as texts, made many at a time."""
    noise = os.urandom(16 * count).hex()
    for start in range(0, 32 * count, 32):
        word = noise[start : start + 32]
        variant = "89ab"[int(word[16], 16) & 3]
        yield f"{word[:8]}-{word[8:12]}-4{word[13:16]}-{variant}{word[17:20]}-{word[20:]}"


def _new_preferences(pairs: Sequence[tuple[Change, str]], source: Source) -> Iterator[tuple[Plain, ...]]:
    for (change, event), pk in zip(pairs, fresh_ids(len(pairs)), strict=True):
        yield (
            pk, change.subject_id, change.wording.code, change.channel, str(change.status), 1, event,
            moment_text(change.at), change.wording.effective_on.isoformat(), "", source.door.value, source.kind,
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

"""How a decision is written: who stands where, read under a lock, and event, log and projection in one round trip.

Only services of consent call this, in a transaction of theirs.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from consent.audit_events import CHANGED
from consent.columns import STANDING, as_uuid, for_db, marks, standing
from consent.dispatch import Sight
from consent.models import ConsentEvent, Preference
from consent.rules import LOW, RAISED, Standing
from consent.vocabulary import Door, Status
from consent.wording import Wording, wording
from privacy.audit.services import evidence_statements
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotFound, StaleState
from privacy.kernel.statements import Statement, adapted, insertion, run_together
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.selectors import NUL, today


@dataclass(frozen=True, slots=True)
class How:
    """Through which door the person decided. `link_age` for mailed links; `said_at` where the words are
    older than their entry (a letter). `text_mark` says what the person had before them, where the page tells it: a
    yes to another text is none. `site`, `region`, `source_kind`, `source_id` and `token_id` stand in
    the evidence as they are: codes, ids and hashes."""

    door: Door
    link_age: dt.timedelta | None = None
    language: str = "en"
    said_at: dt.datetime | None = None
    site: str = ""
    region: str = ""
    source_kind: str = ""
    source_id: str = ""
    token_id: str = ""
    text_mark: str = ""

    @property
    def source(self) -> str:
        """In one word what a decision came through, beside its door: the signal's name, else the kind."""
        return (self.source_id if self.door == Door.SIGNAL and self.source_id else self.source_kind)[:16]


@dataclass(frozen=True, slots=True)
class Scene:
    """A person under lock: their subjects (the canonical one first, each with its demo mark), what stands about
    one purpose, whether anything stands about single things of it, and what the policy in force says about it."""

    subjects: dict[uuid.UUID, bool]
    standings: list[Standing]
    has_single: bool
    wording: Wording

    @property
    def sight(self) -> Sight:
        """What those who follow the decision need not read again."""
        return Sight(tuple(self.subjects), has_single=self.has_single)

    def of(self, subject_id: uuid.UUID) -> dict[str, Standing]:
        """What stands for one subject, by channel."""
        return {one.channel: one for one in self.standings if one.subject_id == subject_id}

    def moment(self, now: dt.datetime) -> dt.datetime:
        """The time of the next event: after all that stands, whatever the clock did, in the order of the lock."""
        latest = max((one.changed_at for one in self.standings), default=None)
        return now if latest is None or latest < now else latest + dt.timedelta(microseconds=1)


SCENE = f"""
SELECT s.id, s.is_demo,
  EXISTS (SELECT 1 FROM personal_data_subjectalias a WHERE a.subject_id = s.id OR a.canonical_id = s.id),
  (SELECT v.id FROM policy_policyversion v WHERE v.effective_on <= %s {{published}}
   ORDER BY v.effective_on DESC LIMIT 1),
  EXISTS (SELECT 1 FROM consent_scopedgrant g WHERE g.subject_id = s.id AND g.purpose = %s),
  {STANDING}
FROM personal_data_subject s LEFT JOIN consent_preference p ON p.subject_id = s.id AND p.purpose = %s
WHERE s.id IN ({{subjects}})"""  # noqa: S608 - marks and names of columns
# PostgreSQL: the statement after the lock sees what was committed while it waited. A merged person is locked below.
LOCK_ONE = """SELECT s.id FROM personal_data_subject s WHERE s.id = %s AND NOT EXISTS (
  SELECT 1 FROM personal_data_subjectalias a WHERE a.subject_id = s.id OR a.canonical_id = s.id) FOR UPDATE;"""
LOCK_ALL = "SELECT s.id FROM personal_data_subject s WHERE s.id IN ({subjects}) ORDER BY s.id FOR UPDATE;"


def lock_scene(subject_id: uuid.UUID, purpose: str) -> Scene:
    """Lock the person and read what stands about the purpose, in one round trip for who was never merged.

    Raises NotFound for a subject that does not exist, InvalidInput(purpose) for an unpublished purpose.
    """
    if NUL in purpose:
        raise InvalidInput("This purpose is not in the published policy.", field="purpose", code="unknown_purpose")
    is_merged, scene = _read(LOCK_ONE, (subject_id,), purpose)
    if is_merged:
        members = alias_set(subject_id)
        _, scene = _read(LOCK_ALL.format(subjects=marks(members)), members, purpose)
    return scene


def _read(lock: str, members: Sequence[uuid.UUID], purpose: str) -> tuple[bool, Scene]:
    ids = [for_db(member) for member in members]
    published = "AND v.state = 'published'" if is_on("policy.published_only") else ""
    sql, values = SCENE.format(published=published, subjects=marks(ids)), [today(), purpose, purpose, *ids]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # SQLite: the transaction is IMMEDIATE, so it is alone already
            sql, values = lock + sql, ids + values
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    if not rows:
        raise NotFound("There is no such person.")
    demo = {as_uuid(row[0]): bool(row[1]) for row in rows}
    version = rows[0][3]
    return any(row[2] for row in rows), Scene(
        subjects={member: demo[member] for member in members if member in demo},
        standings=[standing(row[5:]) for row in rows if row[10] is not None],
        has_single=any(row[4] for row in rows),
        wording=wording(as_uuid(version) if version else None, purpose),
    )


def write_change(
    scene: Scene,
    subject_id: uuid.UUID,
    channel: str,
    status: Status,
    *,
    how: How,
    actor: Actor,
    at: dt.datetime,
) -> ConsentEvent:
    """Write one event, its log entry and the projection. StaleState where the projection moved meanwhile."""
    before = scene.of(subject_id).get(channel)
    terms = scene.wording
    notice = terms.notice(how.language)
    event = ConsentEvent(
        at=at,
        is_demo=scene.subjects[subject_id],
        subject_id=subject_id,
        purpose=terms.code,
        channel=channel,
        status=status.value,
        previous=before.status if before else "",
        door=how.door.value,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        notice_digest=notice.digest,
        notice_language=notice.language,
        policy_on=terms.effective_on,
        said_at=how.said_at,
        site=how.site,
        region=how.region,
        source_kind=how.source_kind,
        source_id=how.source_id,
        token_id=how.token_id,
    )
    evidence = evidence_statements(
        event,
        event=CHANGED,
        actor=actor,
        subject_id=subject_id,
        purpose=terms.code,
        channel=channel,
        status=status.value,
        door=how.door.value,
    )
    if run_together([*evidence, _projection(event, before, terms, how.source)]) != 1:
        raise StaleState("Somebody changed this a moment ago. Load the page again.")
    return event


UPDATE = """
UPDATE consent_preference SET status = %s, event_id = %s, changed_at = %s, expires_at = %s, policy_on = %s,
  door = %s, source = %s, given_at = COALESCE(%s, given_at), paused_until = %s, pace = %s, version = version + 1
WHERE subject_id = %s AND purpose = %s AND channel = %s AND version = %s"""


def _projection(event: ConsentEvent, before: Standing | None, terms: Wording, source: str) -> Statement:
    is_timed = event.status == Status.GIVEN and terms.valid_days
    expires_at = event.at + dt.timedelta(days=terms.valid_days or 0) if is_timed else None
    if event.status == Status.EXPIRED and before:
        expires_at = before.expires_at
    values = {
        "status": event.status,
        "event_id": event.pk,
        "changed_at": event.at,
        "expires_at": expires_at,
        "policy_on": event.policy_on,
        "door": event.door,
        "source": source,
        "given_at": event.at if event.status in RAISED else None,
    }
    if before is None:
        return insertion(
            Preference(subject_id=event.subject_id, purpose=event.purpose, channel=event.channel, **values)
        )
    is_over = event.status in LOW  # a no ends a pause, too: there is nothing left to ask less of
    values |= {"paused_until": None if is_over else before.paused_until, "pace": "" if is_over else before.pace}
    where = {"subject": event.subject_id, "purpose": event.purpose, "channel": event.channel, "version": before.version}
    return Statement(UPDATE, adapted(Preference, **values, **where))

"""The one way a preference changes: an event, its projection and the log, in one transaction."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from consent import dispatch
from consent.audit_events import CHANGED
from consent.models import ConsentEvent, Preference
from consent.rules import LOW, RAISED, may_raise, status_for, undoing
from consent.vocabulary import Door, Status
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleState
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.models import Purpose
from privacy.policy.selectors import current_version, notice_for, purpose, purposes
from privacy.policy.vocabulary import Switch


@dataclass(frozen=True, slots=True)
class How:
    """Through which door the person decided. `link_age` for mailed links; `said_at` where the words are
    older than their entry (a letter). `site`, `region`, `source_kind`, `source_id` and `token_id` stand in
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


@transaction.atomic
def set_preference(
    *,
    subject_id: uuid.UUID,
    purpose_code: str,
    allow: bool,
    how: How,
    actor: Actor,
    now: dt.datetime,
    channel: str = "",
) -> list[ConsentEvent]:
    """Record a person's yes or no to a purpose (or to one channel of it); in force when this returns.

    A yes needs a fresh act of the person: signed in, or by a link mailed within ten minutes. A yes also
    answers what other subjects of the same person said before, and a no to the purpose ends what was
    allowed for single channels of it. Nothing is written where nothing changes.
    Raises InvalidInput(purpose, channel), DomainError for a purpose that has no switch, NotAllowed for a
    yes through a door that can only lower.
    """
    terms = purpose(purpose_code)
    _check(terms, channel, allow=allow, how=how)
    members = alias_set(subject_id)
    subjects = _lock(members)
    rows = Preference.objects.filter(subject_id__in=members, purpose=purpose_code)
    standing = {(row.subject_id, row.channel): row for row in rows}
    latest = max((row.changed_at for row in standing.values()), default=now)
    at = now if latest < now or not standing else latest + dt.timedelta(microseconds=1)  # in the order of the lock
    events = []
    for member in members:
        mine = {where: row for (owner, where), row in standing.items() if owner == member}
        for where in _touched(mine, channel, allow=allow, is_first=member == members[0]):
            is_blocked = bool(where and allow and "" in mine and mine[""].status in LOW)
            before = mine.get(where)
            event = _change(
                subjects[member], before, terms, where, allow=allow, how=how, actor=actor, now=at, force=is_blocked
            )
            if event:
                events.append(event)
    dispatch.announce(events)
    return events


def _lock(members: tuple[uuid.UUID, ...]) -> dict[uuid.UUID, Subject]:
    """One person's changes come one after another."""
    return {row.pk: row for row in Subject.objects.select_for_update().filter(pk__in=members).order_by("pk")}


def _touched(mine: dict[str, Preference], channel: str, *, allow: bool, is_first: bool) -> list[str]:
    """Which channels of one subject (empty: the whole purpose) a choice changes."""
    if is_first:
        narrower = [where for where, row in mine.items() if where and row.status in RAISED]
        return [channel, *narrower] if not allow and not channel else [channel]
    has_no = any(row.status in LOW for where, row in mine.items() if where in {"", channel})
    return [channel] if allow and has_no else []


@transaction.atomic
def undo_change(
    *, subject_id: uuid.UUID, event_id: uuid.UUID, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """Take back the newest decision about a purpose: a new event, under the same rules as any choice.

    Raises NotFound for an event of somebody else, StaleState where a newer decision stands, DomainError
    where there is nothing to go back to, NotAllowed where going back would raise and the door may not.
    """
    members = alias_set(subject_id)
    _lock(members)
    mine = ConsentEvent.objects.filter(subject_id__in=members)
    event = mine.filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such decision of yours.")
    newest = mine.filter(purpose=event.purpose, channel=event.channel).order_by("-at", "-id").first()
    if newest is None or newest.pk != event.pk:
        raise StaleState("You decided again since. Load the page again.")
    allow = undoing(purpose(event.purpose).switch, status=event.status, previous=event.previous)
    if allow is None:
        raise DomainError("There is nothing to undo: it was the same before.", code="nothing_to_undo")
    return set_preference(
        subject_id=subject_id,
        purpose_code=event.purpose,
        channel=event.channel,
        allow=allow,
        how=how,
        actor=actor,
        now=now,
    )


@transaction.atomic
def decline_all(*, subject_id: uuid.UUID, how: How, actor: Actor, now: dt.datetime) -> int:
    """Decline every purpose that has a switch. Returns how many changed."""
    changed = 0
    for row in purposes(current_version()):
        if row.switch is not Switch.LOCKED:
            events = set_preference(
                subject_id=subject_id, purpose_code=row.code, allow=False, how=how, actor=actor, now=now
            )
            changed += len(events)
    return changed


def _check(terms: Purpose, channel: str, *, allow: bool, how: How) -> None:
    if terms.switch is Switch.LOCKED and is_on("consent.locked"):
        raise DomainError(
            "This is needed for the service, so there is no switch for it.", code="locked", field="purpose"
        )
    if channel and channel not in terms.channels:
        raise InvalidInput("This purpose does not use that channel.", field="channel")
    if allow and is_on("consent.most_protective") and not may_raise(how.door, link_age=how.link_age):
        raise NotAllowed("To allow this, sign in or ask for a new link: older links can only decline.", code="old_link")


def _change(
    subject: Subject,
    before: Preference | None,
    terms: Purpose,
    channel: str,
    *,
    allow: bool,
    how: How,
    actor: Actor,
    now: dt.datetime,
    force: bool,
) -> ConsentEvent | None:
    previous = before.status if before else ""
    status = status_for(terms.switch, allow=allow, previous=previous)
    is_expired = bool(before and before.expires_at and before.expires_at <= now)
    lowered_already = not allow and previous in LOW
    if (previous == status and not is_expired and not force) or lowered_already:
        return None
    notice = notice_for(terms, how.language)
    event = append_evidence(
        ConsentEvent(
            at=now,
            is_demo=subject.is_demo,
            subject_id=subject.pk,
            purpose=terms.code,
            channel=channel,
            status=status,
            previous=previous,
            door=how.door,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            notice_digest=notice.digest,
            notice_language=notice.language,
            policy_on=terms.version.effective_on,
            said_at=how.said_at,
            site=how.site,
            region=how.region,
            source_kind=how.source_kind,
            source_id=how.source_id,
            token_id=how.token_id,
        ),
        event=CHANGED,
        actor=actor,
        subject_id=subject.pk,
        purpose=terms.code,
        channel=channel,
        status=status.value,
        door=how.door.value,
    )
    _project(event, before, terms)
    return event


def _project(event: ConsentEvent, before: Preference | None, terms: Purpose) -> None:
    is_timed = event.status == Status.GIVEN and terms.valid_days
    values = {
        "status": event.status,
        "event_id": event.pk,
        "changed_at": event.at,
        "expires_at": event.at + dt.timedelta(days=terms.valid_days or 0) if is_timed else None,
        "policy_on": event.policy_on,
    }
    if before is None:
        Preference.objects.create(subject_id=event.subject_id, purpose=event.purpose, channel=event.channel, **values)
        return
    changed = Preference.objects.filter(pk=before.pk, version=before.version).update(version=F("version") + 1, **values)
    if changed != 1:
        raise StaleState("Somebody changed this a moment ago. Load the page again.")

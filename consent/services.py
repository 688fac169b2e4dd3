"""The one way a preference changes: an event, its projection and the log, in one transaction."""

import datetime as dt
import uuid

from django.db import transaction

from consent import dispatch
from consent.asking import is_fresh_no, is_old_grant
from consent.easing import resume_purpose
from consent.models import ConsentEvent
from consent.rules import DEVICE, LOW, OWN_ONLY, RAISED, Standing, may_raise, status_for, undoing
from consent.signals.standing import refuse_unaware_yes
from consent.vocabulary import EASING, Status
from consent.wording import Wording
from consent.writing import How, Scene, lock_scene, write_change
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleState
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy.asking_bars import SUBJECT_REQUEST
from privacy.policy.board import is_on
from privacy.policy.selectors import current_version, purpose, purposes
from privacy.policy.vocabulary import Channel, Switch

__all__ = ["How", "decline_all", "set_preference", "undo_change"]


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
    yes through a door that can only lower, and for one that a signal of the browser denies unseen; StaleState for a
    yes to a text that is not the one in force (any more, or in this language).
    """
    scene = lock_scene(subject_id, purpose_code)
    _check(scene.wording, channel, allow=allow, how=how)
    members = tuple(scene.subjects)
    if allow:
        refuse_unaware_yes(members, purpose_code, source_kind=how.source_kind, source_id=how.source_id)
        members = (subject_id,) if how.door in OWN_ONLY else members  # of one browser or device, for it alone
    at = scene.moment(now)
    events = []
    for number, member in enumerate(members):
        mine = scene.of(member)
        for where in _touched(mine, channel, allow=allow, is_first=number == 0):
            status = status_for(scene.wording.switch, allow=allow, previous=mine[where].status if where in mine else "")
            if _is_new(mine, where, status, allow=allow, now=at) or _is_news(
                scene, mine, where, allow=allow, how=how, now=at
            ):
                events.append(write_change(scene, member, where, status, how=how, actor=actor, at=at))
    dispatch.announce(events, scene.sight)
    return events


def _is_new(mine: dict[str, Standing], where: str, status: Status, *, allow: bool, now: dt.datetime) -> bool:
    """Whether a choice changes anything that stands."""
    before = mine.get(where)
    if before is None:
        return True
    if not allow:
        return before.status not in LOW
    is_over = before.expires_at is not None and before.expires_at <= now
    is_blocked = bool(where and "" in mine and mine[""].status in LOW)
    return before.status != status or is_over or is_blocked


def _is_news(scene: Scene, mine: dict[str, Standing], where: str, *, allow: bool, how: How, now: dt.datetime) -> bool:
    """Whether the same answer again counts by itself: it reaffirms a stale grant, or refuses a second asking."""
    before = mine.get(where)
    if before is None:
        return False
    if allow:
        return is_old_grant(before, scene.wording)
    source_id = how.source_id if how.source_kind == SUBJECT_REQUEST else ""
    return is_fresh_no(before, scene.wording.code, region=how.region, now=now, source_id=source_id)


def _lock(members: tuple[uuid.UUID, ...]) -> dict[uuid.UUID, Subject]:
    """One person's changes come one after another."""
    return {row.pk: row for row in Subject.objects.select_for_update().filter(pk__in=members).order_by("pk")}


def _touched(mine: dict[str, Standing], channel: str, *, allow: bool, is_first: bool) -> list[str]:
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
    if event.status in EASING:
        return resume_purpose(subject_id=subject_id, purpose_code=event.purpose, how=how, actor=actor, now=now)
    said = mine.filter(purpose=event.purpose, channel=event.channel).exclude(status__in=EASING)
    newest = said.order_by("-at", "-id").first()
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


def _check(terms: Wording, channel: str, *, allow: bool, how: How) -> None:
    if terms.switch is Switch.LOCKED and is_on("consent.locked"):
        raise DomainError(
            "This is needed for the service, so there is no switch for it.", code="locked", field="purpose"
        )
    is_device = channel.startswith(DEVICE) and Channel.PUSH in terms.channels
    if channel and channel not in terms.channels and not is_device:
        raise InvalidInput("This purpose does not use that channel.", field="channel")
    if allow and is_on("consent.most_protective") and not may_raise(how.door, link_age=how.link_age):
        raise NotAllowed("To allow this, sign in or ask for a new link: older links can only decline.", code="old_link")
    if allow and how.text_mark not in {"", terms.mark(how.language)}:
        raise StaleState("The text has changed since you opened the page. Read it, then decide.", code="other_text")

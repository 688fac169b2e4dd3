""" "Less, not none": a pause for some days, or fewer messages.

Neither changes the permission: a paused purpose is still allowed, and nothing is sent for it until the day. A
pause ends by itself, because every decision compares the day with the clock. A withdrawal ends both. Asking for
less is open to every door; ending it early, or asking for more, needs what a yes needs.
"""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from consent import dispatch
from consent.audit_events import CHANGED
from consent.models import ConsentEvent, Preference
from consent.rules import LOW, Standing, Terms, decide, may_raise
from consent.terms import terms_in_force
from consent.vocabulary import Status
from consent.writing import How, Scene, lock_scene
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed
from privacy.policy.board import is_on
from privacy.policy.vocabulary import MessageClass

PAUSES = (30, 90)  # days
FEWER = "fewer"
FEWER_DAYS = 30  # between two messages for one purpose


@transaction.atomic
def pause_purpose(
    *, subject_id: uuid.UUID, purpose_code: str, days: int, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """Send nothing for a purpose for 30 or 90 days from now; the permission stays as it is.

    Raises InvalidInput(days, purpose), DomainError where nothing is allowed that could be paused, NotAllowed
    where an old link would shorten a pause.
    """
    if days not in PAUSES:
        raise InvalidInput("Choose 30 or 90 days.", field="days")
    scene = _scene(subject_id, purpose_code, now)
    until = now + dt.timedelta(days=days)
    if any(one.paused_until and one.paused_until > until for one in scene.standings):
        _need_fresh_act(how)
    return _ease(scene, Status.PAUSED, {"paused_until": until}, how=how, actor=actor, at=scene.moment(now), until=until)


@transaction.atomic
def slow_purpose(
    *, subject_id: uuid.UUID, purpose_code: str, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """At most one message a month for a purpose from now on. Nothing is written where it is so already.

    Raises InvalidInput(purpose), DomainError where nothing is allowed that could be slowed down.
    """
    scene = _scene(subject_id, purpose_code, now)
    if all(one.pace == FEWER for one in scene.standings if one.status not in LOW):
        return []
    return _ease(scene, Status.SLOWED, {"pace": FEWER}, how=how, actor=actor, at=scene.moment(now))


@transaction.atomic
def resume_purpose(
    *, subject_id: uuid.UUID, purpose_code: str, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """End a pause and a slower pace now. Nothing is written where there is neither.

    Raises InvalidInput(purpose), DomainError where nothing is allowed, NotAllowed through a door that can only
    lower: more messages are the person's own fresh wish.
    """
    scene = _scene(subject_id, purpose_code, now)
    if not any(is_eased(one, now) for one in scene.standings):
        return []
    _need_fresh_act(how)
    eased = {"paused_until": None, "pace": ""}
    return _ease(scene, Status.RESUMED, eased, how=how, actor=actor, at=scene.moment(now))


def is_eased(standing: Standing, now: dt.datetime) -> bool:
    """Whether the person asked for less of what stands."""
    return bool(standing.pace) or bool(standing.paused_until and standing.paused_until > now)


def can_ease(terms: Terms, standings: list[Standing], now: dt.datetime) -> bool:
    """Whether there is anything to pause: some way of a purpose that sends messages is allowed, but for a pause."""
    if terms.message_class != MessageClass.PROMOTIONAL or not standings:
        return False
    awake = [one._replace(paused_until=None) for one in standings]
    return any(decide(terms, awake, channel=way, now=now).allowed for way in ("", *terms.channels))


def _scene(subject_id: uuid.UUID, purpose_code: str, now: dt.datetime) -> Scene:
    scene = lock_scene(subject_id, purpose_code)
    terms = terms_in_force().get(purpose_code)
    if terms is None or not can_ease(terms, scene.standings, now):
        raise DomainError("Only what is allowed can be paused or slowed down.", code="not_on", field="purpose")
    return scene


def _need_fresh_act(how: How) -> None:
    if is_on("consent.most_protective") and not may_raise(how.door, link_age=how.link_age):
        raise NotAllowed("For more messages, sign in or ask for a new link.", code="old_link")


def _ease(
    scene: Scene,
    status: Status,
    values: Mapping[str, dt.datetime | str | None],
    *,
    how: How,
    actor: Actor,
    at: dt.datetime,
    until: dt.datetime | None = None,
) -> list[ConsentEvent]:
    """One event for each subject of the person that allows anything, and its rows."""
    events = []
    for member, is_demo in scene.subjects.items():
        rows = {channel: row for channel, row in scene.of(member).items() if row.status not in LOW}
        if not rows:
            continue
        notice = scene.wording.notice(how.language)
        event = ConsentEvent(
            at=at,
            is_demo=is_demo,
            subject_id=member,
            purpose=scene.wording.code,
            status=status,
            previous=next(iter(rows.values())).status,
            door=how.door,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            notice_digest=notice.digest,
            notice_language=notice.language,
            policy_on=scene.wording.effective_on,
            token_id=how.token_id,
            until=until,
        )
        events.append(
            append_evidence(
                event,
                event=CHANGED,
                actor=actor,
                subject_id=member,
                purpose=event.purpose,
                channel="",
                status=status.value,
                door=how.door.value,
            )
        )
        mine = Preference.objects.filter(subject_id=member, purpose=event.purpose, channel__in=list(rows))
        mine.update(version=F("version") + 1, **values)
    dispatch.announce(events)
    return events

"""A compelling ground against an objection (Article 21(1)): recorded by legal staff, per person and purpose, until
they end it or the person decides anew."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from consent import dispatch
from consent.audit_events import GROUND_ENDED, GROUND_RECORDED
from consent.columns import as_uuid
from consent.models import CompellingGround, ConsentEvent
from consent.rules import Terms
from consent.terms import terms_on
from consent.vocabulary import Door, Ground, Status
from consent.writing import How, Scene, lock_scene, write_change
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.personal_data.selectors import alias_set
from privacy.policy.vocabulary import Switch

LONGEST_WORDS = 2000


def overrulable_purposes(now: dt.datetime, terms: dict[str, Terms] | None = None) -> frozenset[str]:
    """The purposes of today an objection to which a compelling ground could overrule; of `terms`, where at hand."""
    if terms is None:
        terms = terms_on(clock.local_date(now, settings.KEPT_TIME_ZONE))
    return frozenset(code for code, one in terms.items() if one.switch is Switch.OBJECTION and not one.is_marketing)


@transaction.atomic
def overrule_objection(
    *, subject_id: uuid.UUID, purpose_code: str, ground: str, words: str, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """Record the ground, in words too; the purpose is allowed again from now on, until the person objects anew.

    Raises InvalidInput(ground, words), DomainError where an objection is absolute (direct marketing) or where there
    is nothing to object to, StaleState where no objection stands.
    """
    if ground not in Ground.values:
        raise InvalidInput(f"Choose one ground: {', '.join(Ground.values)}.", field="ground")
    words = words.strip()
    if not 0 < len(words) <= LONGEST_WORDS:
        raise InvalidInput(f"Say in at most {LONGEST_WORDS} characters why it outweighs the objection.", field="words")
    scene = lock_scene(subject_id, purpose_code)
    if scene.wording.switch is not Switch.OBJECTION:
        raise DomainError("Only an objection to a legitimate interest can be overruled.", code="no_objection")
    if scene.wording.message_class == "promotional":
        raise DomainError("An objection to direct marketing is absolute: no ground overrules it.", code="absolute")
    at = scene.moment(now)
    events = _change(scene, Status.OBJECTED, Status.OVERRULED, source=ground, actor=actor, at=at)
    if not events:
        raise StaleState("No objection stands any more. Load the page again.")
    dispatch.announce(events)
    _open(alias_set(subject_id), purpose_code).update(ended_at=at)  # of another channel: the newest words count
    CompellingGround.objects.create(
        subject_id=next(iter(scene.subjects)),
        purpose=purpose_code,
        ground=ground,
        words=words,
        recorded_at=at,
        recorded_by=actor.id,
        is_demo=events[0].is_demo,
    )
    record(
        GROUND_RECORDED,
        actor=actor,
        at=at,
        subject_id=subject_id,
        is_demo=events[0].is_demo,
        purpose=purpose_code,
        ground=ground,
    )
    return events


@transaction.atomic
def end_ground(*, subject_id: uuid.UUID, purpose_code: str, actor: Actor, now: dt.datetime) -> list[ConsentEvent]:
    """End the ground: the objection stands again from now on. StaleState where none is in force."""
    scene = lock_scene(subject_id, purpose_code)
    at = scene.moment(now)
    events = _change(scene, Status.OVERRULED, Status.OBJECTED, source="ended", actor=actor, at=at)
    if not events:
        raise StaleState("No ground is in force any more. Load the page again.")
    dispatch.announce(events)
    is_demo = events[0].is_demo
    record(GROUND_ENDED, actor=actor, at=at, subject_id=subject_id, is_demo=is_demo, purpose=purpose_code)
    return events


def close_grounds(events: Sequence[dispatch.Happened]) -> None:
    """End the rows of grounds that no longer hold, because legal or the person decided. Asks nothing otherwise."""
    for event in events:
        if event.previous == Status.OVERRULED and event.status != Status.OVERRULED:
            _open(alias_set(event.subject_id), event.purpose).update(ended_at=event.at)


def _open(members: Sequence[uuid.UUID], purpose: str) -> "QuerySet[CompellingGround]":
    return CompellingGround.objects.filter(subject_id__in=members, purpose=purpose, ended_at=None)


def _change(
    scene: Scene, before: Status, after: Status, *, source: str, actor: Actor, at: dt.datetime
) -> list[ConsentEvent]:
    how = How(Door.LEGAL, source_kind="ground", source_id=source)
    return [
        write_change(scene, as_uuid(one.subject_id), one.channel, after, how=how, actor=actor, at=at)
        for one in scene.standings
        if one.status == before
    ]

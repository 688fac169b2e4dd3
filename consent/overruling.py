"""A compelling ground against an objection (Article 21(1)): recorded by legal staff, per person and purpose."""

import datetime as dt
import uuid

from django.db import transaction

from consent import dispatch
from consent.audit_events import GROUND_RECORDED
from consent.models import ConsentEvent
from consent.vocabulary import Door, Ground, Status
from consent.writing import How, lock_scene, write_change
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.policy.vocabulary import Switch


@transaction.atomic
def overrule_objection(
    *, subject_id: uuid.UUID, purpose_code: str, ground: str, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """Record the ground; the purpose is allowed again from now on, until the person objects anew.

    Raises InvalidInput(ground), DomainError where an objection is absolute (direct marketing) or where there is
    nothing to object to, StaleState where no objection stands.
    """
    if ground not in Ground.values:
        raise InvalidInput(f"Choose one ground: {', '.join(Ground.values)}.", field="ground")
    scene = lock_scene(subject_id, purpose_code)
    if scene.wording.switch is not Switch.OBJECTION:
        raise DomainError("Only an objection to a legitimate interest can be overruled.", code="no_objection")
    if scene.wording.message_class == "promotional":
        raise DomainError("An objection to direct marketing is absolute: no ground overrules it.", code="absolute")
    how = How(Door.LEGAL, source_kind="ground", source_id=ground)
    objections = [one for one in scene.standings if one.status == Status.OBJECTED]
    at = scene.moment(now)
    events = [
        write_change(scene, one.subject_id, one.channel, Status.OVERRULED, how=how, actor=actor, at=at)
        for one in objections
    ]
    if not events:
        raise StaleState("No objection stands any more. Load the page again.")
    record(
        GROUND_RECORDED,
        actor=actor,
        at=at,
        subject_id=subject_id,
        is_demo=events[0].is_demo,
        purpose=purpose_code,
        ground=ground,
    )
    dispatch.announce(events)
    return events

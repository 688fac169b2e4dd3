"""Ending what is sent: one topic, or all promotional mail. Every door that lowers leads here."""

import datetime as dt
import uuid

from django.db import transaction

from consent.links import EVERYTHING
from consent.models import ConsentEvent
from consent.services import How, set_preference
from privacy.jobs.models import MessageClass
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.policy.models import Purpose
from privacy.policy.selectors import purpose, purposes
from privacy.policy.vocabulary import Channel, Switch


def topics() -> list[Purpose]:
    """What promotional mail is sent for; none where no policy is in force."""
    try:
        rows = purposes()
    except NotFound:
        return []
    return [row for row in rows if row.message_class == MessageClass.PROMOTIONAL and Channel.EMAIL in row.channels]


def topic(code: str) -> Purpose | None:
    """The purpose; None for what the policy does not name any more, for which nothing is sent."""
    try:
        return purpose(code)
    except (InvalidInput, NotFound):
        return None


@transaction.atomic
def stop_mail(
    *, subject_id: uuid.UUID, purpose_code: str, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """Lower one purpose, or with EVERYTHING each promotional one; what the service needs stays untouched."""
    rows = topics() if purpose_code == EVERYTHING else [row for row in [topic(purpose_code)] if row]
    return [
        event
        for row in rows
        if row.switch is not Switch.LOCKED
        for event in set_preference(
            subject_id=subject_id, purpose_code=row.code, allow=False, how=how, actor=actor, now=now
        )
    ]

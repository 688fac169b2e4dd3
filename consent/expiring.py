"""Consent that ran out, told in the history. Decisions never wait for this: they compare the date themselves."""

import datetime as dt
import uuid

from django.db import transaction

from consent import dispatch
from consent.models import Preference
from consent.terms import terms_in_force
from consent.vocabulary import Door, Status
from consent.writing import How, lock_scene, write_change
from privacy.kernel.actors import SYSTEM

CHUNK = 200


def expire_consents(*, now: dt.datetime, most: int = CHUNK) -> int:
    """Append an event for each grant that ran out, at most so many. Safe to repeat: who has one gets no other."""
    rows = Preference.objects.filter(status=Status.GIVEN, expires_at__lte=now, purpose__in=list(terms_in_force()))
    due = list(rows.order_by("expires_at").values_list("subject_id", "purpose", "channel")[:most])
    return sum(_expire(subject, purpose, channel, now=now) for subject, purpose, channel in due)


@transaction.atomic
def _expire(subject_id: uuid.UUID, purpose: str, channel: str, *, now: dt.datetime) -> int:
    scene = lock_scene(subject_id, purpose)
    standing = scene.of(subject_id).get(channel)
    if standing is None or standing.status != Status.GIVEN or standing.expires_at is None or standing.expires_at > now:
        return 0  # another worker was here, or the person just renewed it
    event = write_change(
        scene, subject_id, channel, Status.EXPIRED, how=How(Door.SYSTEM), actor=SYSTEM, at=scene.moment(now)
    )
    dispatch.announce([event])
    return 1

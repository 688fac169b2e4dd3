"""Article 18 GDPR: while it stands, the person's data may only be stored. Every reader asks `is_restricted`.

It is lifted no earlier than its announced day: Article 18(3) wants the person told before.
"""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import StaleState
from privacy.personal_data.audit_events import LIFTED, LIFTING_ANNOUNCED, RESTRICTED
from privacy.personal_data.models import Restriction


@transaction.atomic
def restrict_subject(*, subject_id: uuid.UUID, ground: str, actor: Actor, now: dt.datetime) -> Restriction:
    """Restrict a person; the open restriction where there is one. `ground` is a code."""
    try:
        with transaction.atomic():
            row = Restriction.objects.create(subject_id=subject_id, ground=ground, since=now)
    except IntegrityError:
        return Restriction.objects.get(subject_id=subject_id, lifted_at=None)
    record(RESTRICTED, actor=actor, at=now, subject_id=subject_id, target=row, ground=ground)
    return row


@transaction.atomic
def set_lift_day(*, restriction: Restriction, lift_on: dt.date, actor: Actor, now: dt.datetime) -> None:
    """Note the announced day, once. The caller tells the person in the same transaction. StaleState where one
    is announced already or the restriction is over."""
    if Restriction.objects.filter(pk=restriction.pk, lift_on=None, lifted_at=None).update(lift_on=lift_on) != 1:
        raise StaleState("Its end is announced already, or it is over. Load the page again.")
    day = lift_on.isoformat()
    record(LIFTING_ANNOUNCED, actor=actor, at=now, subject_id=restriction.subject_id, target=restriction, lift_on=day)


@transaction.atomic
def lift_due(*, today: dt.date, actor: Actor, now: dt.datetime) -> int:
    """Lift every restriction whose announced day has come; how many."""
    due = Restriction.objects.select_for_update(skip_locked=True).filter(lift_on__lte=today, lifted_at=None)
    rows = list(due.order_by("pk"))
    for row in rows:
        Restriction.objects.filter(pk=row.pk).update(lifted_at=now)
        record(LIFTED, actor=actor, at=now, subject_id=row.subject_id, target=row)
    return len(rows)

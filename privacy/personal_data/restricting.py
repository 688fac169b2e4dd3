"""Article 18 GDPR: from now on the person's data may only be stored. Every reader asks `is_restricted`."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.personal_data.audit_events import RESTRICTED
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

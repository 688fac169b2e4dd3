"""How an act on a review is written into the log."""

import datetime as dt

from dsr.review.models import Review
from privacy.audit.registry import EventType
from privacy.audit.services import record
from privacy.kernel.actors import Actor


def note(event: EventType, *, review: Review, actor: Actor, now: dt.datetime, **payload: str | int | bool) -> None:
    """One event about a review, in the caller's transaction."""
    record(
        event,
        actor=actor,
        at=now,
        subject_id=review.subject_request.subject_id,
        target=review,
        is_demo=review.is_demo,
        **payload,
    )

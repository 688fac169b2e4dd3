"""End uses of data for a person who objected by a request: a decision like any other, through staff."""

import datetime as dt
import uuid
from collections.abc import Sequence

from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.kernel.actors import Actor


def end_uses(
    *, subject_id: uuid.UUID, purposes: Sequence[str], actor: Actor, now: dt.datetime, said_at: dt.datetime
) -> int:
    """Decline each purpose; how many decisions that made. Errors as those of `set_preference`."""
    how = How(Door.AGENT, said_at=said_at)
    return sum(
        len(set_preference(subject_id=subject_id, purpose_code=code, allow=False, how=how, actor=actor, now=now))
        for code in purposes
    )

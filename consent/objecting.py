"""End uses of data for a person who asked for it by a request: a decision like any other."""

import datetime as dt
import uuid
from collections.abc import Sequence

from consent.models import Preference
from consent.rules import LOW
from consent.services import How, set_preference
from consent.vocabulary import Door, Status
from privacy.kernel.actors import Actor, ActorKind
from privacy.personal_data.selectors import alias_set
from privacy.policy.asking_bars import SUBJECT_REQUEST
from privacy.policy.uses import uses_with_a_switch
from privacy.policy.vocabulary import Switch


def end_uses(
    *,
    subject_id: uuid.UUID,
    purposes: Sequence[str],
    actor: Actor,
    now: dt.datetime,
    said_at: dt.datetime,
    region: str = "",
    source_id: str = "",
) -> int:
    """Decline each purpose; how many decisions that made. `source_id`: the request that asked for it, by which a law
    may forbid asking again longer than the policy does. Errors as those of `set_preference`."""
    kind = SUBJECT_REQUEST if source_id else ""
    how = How(_door(actor), said_at=said_at, region=region, source_kind=kind, source_id=source_id)
    return sum(
        len(set_preference(subject_id=subject_id, purpose_code=code, allow=False, how=how, actor=actor, now=now))
        for code in purposes
    )


def withdraw_uses(
    *, subject_id: uuid.UUID, purposes: Sequence[str] | None, actor: Actor, now: dt.datetime, said_at: dt.datetime
) -> list[str]:
    """Take back what stands or waits to be confirmed; what rests on no permission of the person is left alone.

    Returns the codes of those purposes. Errors as those of `set_preference`.
    """
    mine = Preference.objects.filter(subject_id__in=alias_set(subject_id)).exclude(status__in=[*LOW, Status.EXPIRED])
    standing = set(mine.values_list("purpose", flat=True))
    by_consent = [row.code for row in uses_with_a_switch() if row.switch is Switch.CONSENT]
    ended = [code for code in by_consent if code in standing and (purposes is None or code in purposes)]
    end_uses(subject_id=subject_id, purposes=ended, actor=actor, now=now, said_at=said_at)
    return ended


def _door(actor: Actor) -> Door:
    """How it reached us: by the person's own request, by the form that proves nobody, or through staff."""
    if actor.kind is ActorKind.ANONYMOUS:
        return Door.FORM
    if actor.kind is not ActorKind.SUBJECT:
        return Door.AGENT
    return Door.SIGNED_IN if actor.via == "account" else Door.LINK

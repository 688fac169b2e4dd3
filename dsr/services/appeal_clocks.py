"""The clocks of an appeal: the time to answer it, and the last day on which more of it can be taken."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.models import Clock, SubjectRequest
from dsr.periods import APPEAL, APPEAL_NOTICE
from dsr.services.clocks import every_clock_in_force, meet_clocks, new_row
from dsr.services.counting import Counted, count_appeal, count_appeal_notice
from dsr.services.moving import note_history
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.deadlines import Event
from privacy.kernel.errors import DomainError


@transaction.atomic
def start_appeal_clocks(
    *, subject_request: SubjectRequest, appealed_at: dt.datetime, actor: Actor, now: dt.datetime
) -> list[Clock]:
    """Start the time to answer an appeal, for each right; none where no law of the case gives one (the person
    then complains to the authority). `appealed_at` is when the appeal reached us. An appeal that runs stays.

    Where a law knows more time for an appeal, the last day to tell it is a clock beside it. Returns those to answer.
    """
    counted = count_appeal(subject_request, appealed_at, ())
    if counted is None or _running(subject_request):
        return []
    rows = _append(subject_request, APPEAL, counted, now)
    if notice := count_appeal_notice(subject_request, appealed_at):
        _append(subject_request, APPEAL_NOTICE, notice, now)
    detail = f"{counted.deadline.due_on}"
    note_history(subject_request=subject_request, kind="appeal_clock_started", actor=actor, now=now, detail=detail)
    return rows


@transaction.atomic
def extend_appeal_clocks(
    *, subject_request: SubjectRequest, appealed_at: dt.datetime, actor: Actor, now: dt.datetime
) -> list[Clock]:
    """Count a running appeal again with the extension of today. Returns the new clocks.

    Raises DomainError where no law of the case knows more time for an appeal, its time to be told is over, or another
    law of the case gives none.
    """
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    before = count_appeal(subject_request, appealed_at, ())
    counted = count_appeal(subject_request, appealed_at, (Event("extended", today),))
    if before is None or counted is None or not _running(subject_request):
        raise DomainError("No time to answer an appeal runs here.", code="no_extension")
    if counted.deadline.rejected:
        raise DomainError(counted.deadline.rejected[0], code="no_extension")
    if counted.deadline.due_on <= before.deadline.due_on:
        raise DomainError("Another law that counts here gives no more time for an appeal.", code="no_extension")
    rows = _append(subject_request, APPEAL, counted, now)
    meet_clocks(subject_request=subject_request, kind=APPEAL_NOTICE, now=now)
    detail = f"{counted.deadline.due_on}"
    note_history(subject_request=subject_request, kind="appeal_extended", actor=actor, now=now, detail=detail)
    return rows


def last_day_to_extend(subject_request: SubjectRequest) -> dt.date | None:
    """Until when more time for the open appeal can be taken; None where no law gives any, or it was taken."""
    rows = [row for row in every_clock_in_force(subject_request) if row.kind == APPEAL_NOTICE and not row.met_at]
    return min((row.due_on for row in rows), default=None)


def end_appeal_clocks(*, subject_request: SubjectRequest, now: dt.datetime) -> None:
    """The appeal is answered."""
    for kind in (APPEAL, APPEAL_NOTICE):
        meet_clocks(subject_request=subject_request, kind=kind, now=now)


def _running(subject_request: SubjectRequest) -> bool:
    return any(row.kind == APPEAL and not row.met_at for row in every_clock_in_force(subject_request))


def _append(subject_request: SubjectRequest, kind: str, counted: Counted, now: dt.datetime) -> list[Clock]:
    """One row more for each right. Of an older count that still ran nothing is left to wait for."""
    meet_clocks(subject_request=subject_request, kind=kind, now=now)
    numbers = {row.item_id: row.number for row in every_clock_in_force(subject_request) if row.kind == kind}
    items = subject_request.items.order_by("right")
    return Clock.objects.bulk_create(new_row(item, kind, counted, numbers.get(item.pk, 0) + 1, now) for item in items)

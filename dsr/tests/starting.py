"""Clocks for a case that a test stored by itself; the product counts them before it stores a case (`open_case`)."""

import datetime as dt

from django.db import transaction

from dsr.models import Clock, SubjectRequest
from dsr.periods import RESPOND
from dsr.services.clocks import STARTED, first_clocks
from dsr.services.moving import note_history
from privacy.kernel.actors import Actor


@transaction.atomic
def start_clocks(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Start them, and return those of the time to respond."""
    rows, fixed = first_clocks(subject_request, list(subject_request.items.order_by("right")), now)
    Clock.objects.bulk_create(rows)
    SubjectRequest.objects.filter(pk=subject_request.pk).update(**fixed)
    detail = f"{subject_request.due_on}"
    note_history(subject_request=subject_request, kind=STARTED, actor=actor, now=now, detail=detail)
    return [row for row in rows if row.kind == RESPOND]

"""Say who works on a case. Whoever does is reminded first."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

PERMISSION = "dsr.work_subject_request"


@transaction.atomic
def assign_case(*, subject_request: SubjectRequest, to: User | None, actor: Actor, now: dt.datetime) -> bool:
    """Give a case to somebody, or to nobody again (None). False where it was theirs before.

    Raises InvalidInput(to) for somebody who may not work on requests, DomainError for a case that has ended.
    """
    _require_worker(to)
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    owner = to.pk if to else None
    if locked.assigned_to == owner:
        return False
    SubjectRequest.objects.filter(pk=locked.pk).update(assigned_to=owner)
    subject_request.assigned_to = owner
    note_history(subject_request=subject_request, kind="assigned", actor=actor, now=now, detail=str(owner or "nobody"))
    return True


@dataclass(frozen=True, slots=True)
class Given:
    """How many changed hands, and the references of those that did not: theirs already, or ended."""

    given: int
    theirs: tuple[str, ...]
    ended: tuple[str, ...]


@transaction.atomic
def assign_many(*, keys: Sequence[uuid.UUID], to: User | None, actor: Actor, now: dt.datetime) -> Given:
    """Give these cases to somebody, or to nobody, all in one transaction. Those that have ended stay as they are.

    Raises InvalidInput(to) for somebody who may not work on requests; then none is given.
    """
    _require_worker(to)
    owner = to.pk if to else None
    rows = list(SubjectRequest.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    still = [row for row in rows if row.state in OPEN]
    given = [row for row in still if row.assigned_to != owner]
    SubjectRequest.objects.filter(pk__in=[row.pk for row in given]).update(assigned_to=owner)
    for row in given:
        note_history(subject_request=row, kind="assigned", actor=actor, now=now, detail=str(owner or "nobody"))
    return Given(
        len(given),
        tuple(sorted(row.reference for row in still if row.assigned_to == owner)),
        tuple(sorted(row.reference for row in rows if row.state not in OPEN)),
    )


def _require_worker(to: User | None) -> None:
    if to is not None and not (to.is_active and to.is_staff and to.has_perm(PERMISSION)):
        raise InvalidInput("Choose somebody who may work on requests.", field="to")

"""A level of identity goes up, by a proof or by a check of staff; it never goes down."""

import datetime as dt

from django.db import transaction

from dsr.identity.levels import Level, Sensitivity
from dsr.identity.models import IdentityRecord
from dsr.identity.selectors import sensitivity_of
from dsr.models import SubjectRequest
from dsr.services.clocks import is_waiting_for, note_clock_event
from dsr.services.identifying import attach_subject
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput


@transaction.atomic
def raise_level(
    *,
    subject_request: SubjectRequest,
    level: Level,
    method: str,
    actor: Actor,
    now: dt.datetime,
    verified: bool = False,
) -> bool:
    """Note that the person showed who they are (`method`: a code). False where as much was known before.

    `verified`: they proved to control the address of the case. Where the clock waits for it, it runs again.
    DomainError for a case that has ended.
    """
    lower = [each for each in Level if each < level]
    changed = SubjectRequest.objects.filter(pk=subject_request.pk, identity_level__in=lower, state__in=OPEN).update(
        identity_level=level
    )
    if not changed:
        subject_request.refresh_from_db(fields=["identity_level", "state"])
        if subject_request.state not in OPEN:
            raise DomainError("This request has ended.", code="ended")
        return False
    subject_request.identity_level = level
    attach_subject(subject_request=subject_request, actor=actor, now=now, verified=verified)
    note_history(
        subject_request=subject_request, kind="identity_checked", actor=actor, now=now, detail=f"{level}:{method}"
    )
    if is_waiting_for(subject_request, "identity_requested", "identity_confirmed"):
        note_clock_event(subject_request=subject_request, name="identity_confirmed", actor=actor, now=now)
    return True


def record_of(subject_request: SubjectRequest) -> IdentityRecord:
    """The identity record of a case, made where there is none."""
    row, _ = IdentityRecord.objects.get_or_create(subject_request=subject_request)
    subject_request.identity_record = row
    return row


@transaction.atomic
def set_sensitivity(*, subject_request: SubjectRequest, sensitivity: str, actor: Actor, now: dt.datetime) -> None:
    """Say how sensitive the data of a case is. InvalidInput names `sensitivity`; DomainError for an ended case."""
    if sensitivity not in list(Sensitivity):
        raise InvalidInput("Choose ordinary or sensitive.", field="sensitivity")
    if subject_request.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    if subject_request.items.exclude(decided_at=None).exists():
        raise DomainError("A right of this request is decided already; what it needed stands.", code="decided")
    row = record_of(subject_request)
    if sensitivity_of(subject_request) == sensitivity:
        return
    row.sensitivity, row.sensitivity_by = sensitivity, actor.id
    row.save(update_fields=["sensitivity", "sensitivity_by"])
    note_history(subject_request=subject_request, kind="sensitivity_set", actor=actor, now=now, detail=sensitivity)

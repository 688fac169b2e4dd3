"""A household that asks together: nothing of it leaves and nothing is erased before each adult is verified.

Source: 11 CCR 7031. Elsewhere the same: what one of them may see is no business of the others. People who share a
phone or a device stay several people; nothing here merges anybody.
"""

import datetime as dt

from django.db import transaction

from dsr.identity.services.raising import record_of
from dsr.models import SubjectRequest
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

MOST = 20


@transaction.atomic
def note_household(
    *, subject_request: SubjectRequest, adults: int, verified: int, actor: Actor, now: dt.datetime
) -> None:
    """Say of how many adults the household is that asks, and how many of them are verified by now; 0 adults where one
    person asks after all. The answer goes to the contact of the case, so each of them has to agree to that as well.

    Raises InvalidInput(adults, verified), DomainError for an ended case and one with a decided right.
    """
    if adults not in {0, *range(2, MOST + 1)}:
        raise InvalidInput(f"A household is of 2 to {MOST} adults; write 0 where one person asks.", field="adults")
    if not 0 <= verified <= adults:
        raise InvalidInput("No more adults are verified than there are.", field="verified")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    if case.items.exclude(decided_at=None).exists():
        raise DomainError("A right of this request is decided already; what it needed stands.", code="decided")
    row = record_of(subject_request)
    if (row.adults, row.adults_verified) == (adults, verified):
        return
    row.adults, row.adults_verified = adults, verified
    row.save(update_fields=["adults", "adults_verified"])
    detail = f"{verified}/{adults}"
    note_history(subject_request=case, kind="household_noted", actor=actor, now=now, detail=detail)

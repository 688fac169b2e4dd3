"""Find the requests of an address, through the blind index. The search is audited, without the address."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from accounts.selectors import members_of
from dsr.audit_events import FOUND_BY_ADDRESS
from dsr.models import SubjectRequest
from privacy.audit.services import record
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_indexes

MOST = 100


@transaction.atomic
def find_by_email(*, email: str, actor: Actor, now: dt.datetime) -> list[SubjectRequest]:
    """The newest requests that name this address, or are of the person whom it belongs to.

    Raises InvalidInput for what cannot be an address.
    """
    indexes = blind_indexes("email", identifiers.normalize("email", email))
    theirs = Q(contact__index__in=indexes) | Q(subject_id__in=members_of("email", email))
    rows = SubjectRequest.objects.filter(theirs).prefetch_related("items").order_by("-filed_at", "id")
    found = list(rows[:MOST])
    record(FOUND_BY_ADDRESS, actor=actor, at=now, requests=len(found))
    return found

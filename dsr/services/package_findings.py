"""A value of somebody else in a package stays by the word of two people; where only one may, a day apart."""

import datetime as dt
import uuid

from django.db import transaction

from dsr.models import SubjectRequest
from dsr.services.moving import note_history
from dsr.services.second_person import ONE_PAIR, approver_of, others_than
from privacy.kernel.actors import Actor
from privacy.kernel.errors import StaleState
from privacy.personal_data.leaks.models import FindingState, LeakFinding
from privacy.personal_data.leaks.services import agree_to_keep

WORKS = "dsr.work_subject_request"  # who may look at the findings


@transaction.atomic
def agree_that_it_stays(
    *, subject_request: SubjectRequest, finding: LeakFinding, actor: Actor, now: dt.datetime
) -> None:
    """Raises NotAllowed for whoever proposed it, but for one who is alone and waited a day; StaleState where it was
    decided. The history says where it was one pair of eyes."""
    row = LeakFinding.objects.select_for_update().get(pk=finding.pk)
    if row.state != FindingState.PROPOSED or row.decided_at is None:
        raise StaleState("This was decided already. Load the page again.")
    approver = approver_of(actor, had_part={row.decided_by}, prepared_at=row.decided_at, now=now, right=WORKS)
    agree_to_keep(finding=row, actor=actor, now=now, is_one_pair=approver.is_one_pair)
    if approver.is_one_pair:
        note_history(subject_request=subject_request, kind=ONE_PAIR, actor=actor, now=now, detail="package")


def is_alone(user_id: uuid.UUID | None) -> bool:
    """Whether nobody else could agree."""
    return not others_than({user_id}, right=WORKS)

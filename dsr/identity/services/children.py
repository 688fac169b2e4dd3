"""A report that a child gave us data: looked at first, and quarantined before anybody asks who reported it.

The reported person's data is only stored from then on. Its erasure takes the usual two people and no identity of the
parent: what we would ask for is more than we need to stop using a child's data.
"""

import datetime as dt

from django.db import transaction

from accounts.selectors import find_subjects
from dsr.identity.models import ChildReport
from dsr.models import RequestItem, SubjectRequest
from dsr.services.clocks import recompute_clocks
from dsr.services.moving import note_history
from dsr.states import Right, State
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.restricting import restrict_subject


@transaction.atomic
def quarantine_child(*, subject_request: SubjectRequest, kind: str, value: str, actor: Actor, now: dt.datetime) -> bool:
    """Restrict the reported person at once and put their erasure on the case. False where nothing is held about them.

    `kind`: email, phone or external, `value` as the parent wrote it. InvalidInput names `value`; DomainError where
    the case is no report, nobody works on it, or it is about somebody else already.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state != State.RECEIVED or not case.items.filter(right=Right.CHILD_REPORT).exists():
        raise DomainError("Only an open report about a child can be quarantined.", code="no_report")
    try:
        found = find_subjects(kind, identifiers.normalize(kind, value))
    except InvalidInput as error:
        raise InvalidInput(error.message, field="value") from None
    report, _ = ChildReport.objects.get_or_create(subject_request=case, defaults={"reported": value, "kind": kind})
    child = found[0] if found else None
    if case.subject_id and case.subject_id != child:
        raise DomainError("This request is about somebody else, too. File the report apart.", code="two_people")
    if child is None:
        note_history(subject_request=case, kind="child_not_found", actor=actor, now=now)
        return False
    SubjectRequest.objects.filter(pk=case.pk).update(subject_id=child)
    case.subject_id = child
    restrict_subject(subject_id=child, ground="child_report", actor=actor, now=now)
    ChildReport.objects.filter(pk=report.pk).update(quarantined_at=now)
    note_history(subject_request=case, kind="child_quarantined", actor=actor, now=now)
    _, is_new = RequestItem.objects.get_or_create(subject_request=case, right=Right.ERASURE)
    if is_new:
        recompute_clocks(subject_request=case, actor=actor, now=now)
    return True

"""Take more time for an appeal: once, where a law knows it, while its time runs, and with a letter that says why.

Sources: Colo. Rev. Stat. 6-1-1306(3)(b) and Minn. Stat. 325M.14 subd. 4: 45 days, and 60 more where that is needed.
"""

import datetime as dt

from django.db import transaction

from dsr.decisions.models import Appeal
from dsr.decisions.vocabulary import AppealState
from dsr.models import SubjectRequest
from dsr.services.appeal_clocks import extend_appeal_clocks
from dsr.services.deciding_letters import write_appeal_extension
from dsr.services.extending import REASONS, SHORTEST_REASON
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import InvalidInput, NotAllowed, StaleState


@transaction.atomic
def extend_appeal(*, appeal: Appeal, reason: str, words: str, actor: Actor, now: dt.datetime) -> dt.date:
    """Extend once, and tell the person in the same moment. Returns the new last day.

    Raises NotAllowed for somebody who is no member of staff; InvalidInput(reason, words) for a reason that the laws do
    not know or that is not explained; StaleState where the appeal is decided or was extended; DomainError where no law
    of the case allows it, or not any more.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotAllowed("Only a member of staff can take more time.")
    if reason not in REASONS:
        raise InvalidInput("Choose why more time is needed.", field="reason")
    if len(words.strip()) < SHORTEST_REASON:
        raise InvalidInput("Explain in plain words why; the person will read it.", field="words")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=appeal.subject_request_id)
    waiting = Appeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN, extended_at=None)
    if waiting.update(extended_at=now) != 1:
        raise StaleState("This appeal is decided, or its time was extended before. No law allows that twice.")
    rows = extend_appeal_clocks(subject_request=case, appealed_at=appeal.received_at, actor=actor, now=now)
    due_on, safe_on = min(row.due_on for row in rows), min(row.safe_on for row in rows)
    Appeal.objects.filter(pk=appeal.pk).update(due_on=due_on)
    SubjectRequest.objects.filter(pk=case.pk).update(due_on=due_on, safe_on=safe_on)
    case.refresh_from_db()
    write_appeal_extension(subject_request=case, reason=REASONS[reason], words=words.strip(), day=due_on, now=now)
    return due_on

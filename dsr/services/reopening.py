"""A case that had ended is worked on again: reopened by staff, or because an appeal was granted.

Its day of receipt stays. What was decided stands until it is decided anew: only the rights that are named open.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from dsr.models import Contact, ItemAnswer, RequestItem, SubjectRequest, SystemAnswer
from dsr.rights import label_of
from dsr.services.clocks import recompute_clocks
from dsr.services.moving import move, note_history
from dsr.states import State
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

REASONS = {
    "person_replied": "The person wrote again",
    "our_mistake": "We made a mistake",
    "new_facts": "There are new facts",
    "authority": "An authority asked for it",
    "appeal_granted": "An appeal was granted",
}
REOPENS = frozenset({State.CLOSED, State.REFUSED, State.EXPIRED, State.DUPLICATE, State.SPAM})
KEPT_OUTCOMES = frozenset({"converted"})


@transaction.atomic
def reopen(
    *, subject_request: SubjectRequest, rights: Sequence[str], reason: str, actor: Actor, now: dt.datetime
) -> None:
    """Open these rights of an ended case again. The words of the earlier answer stay in its letter.

    Raises InvalidInput(rights, reason), DomainError where the case has not ended, was withdrawn, or nobody can be
    written to any more.
    """
    if reason not in REASONS:
        raise InvalidInput("Choose why it is opened again.", field="reason")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    items = list(case.items.filter(right__in=rights).exclude(outcome__in=KEPT_OUTCOMES))
    if not items and case.items.exclude(decided_at=None).exists():
        raise InvalidInput("Choose at least one right that is decided anew.", field="rights")
    if not Contact.objects.filter(subject_request=case).exists():
        raise DomainError(
            "How to reach the person is erased already. File a new request, and name this one in a note.",
            code="no_contact",
        )
    move(subject_request=case, to=State.RECEIVED, kind="opened_again", actor=actor, now=now, detail=reason)
    SubjectRequest.objects.filter(pk=case.pk).update(closed_at=None)
    Contact.objects.filter(subject_request=case).update(erase_on=None)
    ItemAnswer.objects.filter(item__in=items).delete()
    SystemAnswer.objects.filter(item__in=items).delete()
    RequestItem.objects.filter(pk__in=[item.pk for item in items]).update(outcome="", ground="", decided_at=None)
    if items:
        detail = ",".join(sorted(item.right for item in items))[:120]
        note_history(subject_request=case, kind="rights_opened", actor=actor, now=now, detail=detail)
    recompute_clocks(subject_request=case, actor=actor, now=now)
    subject_request.refresh_from_db()


def rights_to_open(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """The rights of an ended case that can be decided anew, with their words."""
    items = subject_request.items.exclude(outcome__in=KEPT_OUTCOMES).order_by("right")
    return [(item.right, label_of(item.right)) for item in items]

"""A question turns out to be a request: the rights are added, and count from the day the question came."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from dsr.models import RequestItem, SubjectRequest
from dsr.rights import check_rights
from dsr.services.clocks import recompute_clocks
from dsr.services.moving import note_history
from dsr.states import Right, State
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.policy.board import is_on

CONVERTED = "converted"


@transaction.atomic
def convert_question(*, item: RequestItem, rights: Sequence[str], actor: Actor, now: dt.datetime) -> list[RequestItem]:
    """Handle a question as these rights; the question itself is answered by them.

    Raises InvalidInput(rights) for none, an unknown one, or another question; DomainError where the item is no
    question or the case is not worked on; StaleState where it was decided before.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=item.subject_request_id)
    if item.right != Right.QUESTION or case.state != State.RECEIVED:
        raise DomainError("Only an open question can become a request.", code="no_question")
    chosen = [right for right in check_rights(rights, message="converted") if right != Right.QUESTION]
    known = set(case.items.values_list("right", flat=True))
    fresh = [right for right in chosen if right not in known]
    if not fresh:
        raise InvalidInput("Choose what is asked for, beside the question.", field="rights")
    if RequestItem.objects.filter(pk=item.pk, decided_at=None).update(outcome=CONVERTED, decided_at=now) != 1:
        raise StaleState("Somebody decided this already. Load the page again.")
    items = RequestItem.objects.bulk_create(RequestItem(subject_request=case, right=right) for right in fresh)
    note_history(subject_request=case, kind=CONVERTED, actor=actor, now=now, detail=",".join(fresh))
    if is_on("dsr.question_converts"):
        recompute_clocks(subject_request=case, actor=actor, now=now)
    return items


def add_erasure(*, case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """A report about a child is answered by an erasure of what the child gave: the right is added where it is not
    asked for yet, and counts from the day of the report. Inside the caller's transaction, under the case's lock."""
    _, is_new = RequestItem.objects.get_or_create(subject_request=case, right=Right.ERASURE)
    if is_new:
        note_history(subject_request=case, kind=CONVERTED, actor=actor, now=now, detail=Right.ERASURE)
        recompute_clocks(subject_request=case, actor=actor, now=now)

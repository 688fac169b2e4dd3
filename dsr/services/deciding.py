"""Refuse a request with a ground, or record the outcome of a right that is answered by hand."""

import datetime as dt

from django.db import transaction

from dsr.grounds import GROUNDS
from dsr.models import RequestItem, SubjectRequest
from dsr.services.letters import write_refusal
from dsr.services.moving import move
from dsr.states import State
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

SHORTEST_REASON = 20


@transaction.atomic
def refuse_subject_request(
    *, subject_request: SubjectRequest, ground: str, reasons: str, actor: Actor, now: dt.datetime
) -> None:
    """Refuse with a ground of the catalogue and reasons in plain words; the letter goes out with it.

    Raises InvalidInput naming the field, DomainError where the request is not open for a decision.
    """
    known = GROUNDS.get(ground)
    if known is None or not known.refuses:
        raise InvalidInput("Choose a ground on which a request may be refused.", field="ground")
    if len(reasons.strip()) < SHORTEST_REASON:
        raise InvalidInput("Explain in plain words why; the person will read it.", field="reasons")
    items = RequestItem.objects.filter(subject_request=subject_request)
    if items.exclude(decided_at=None).exists():
        raise DomainError("Some of it is answered already: refuse the rest right by right.", code="partly_answered")
    rights = set(items.values_list("right", flat=True))
    if known.only_for and not rights <= set(known.only_for):
        raise InvalidInput(f"This ground fits only: {', '.join(known.only_for)}.", field="ground")
    items.update(outcome="refused", ground=ground, decided_at=now)
    move(subject_request=subject_request, to=State.REFUSED, kind="refused", actor=actor, now=now, detail=ground)
    write_refusal(subject_request=subject_request, ground=ground, reasons=reasons.strip(), now=now)

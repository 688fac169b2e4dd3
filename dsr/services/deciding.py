"""Refuse a request with a ground: proposed by one person of legal, approved by another."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from dsr.decisions.models import Proposal
from dsr.decisions.services import propose, require_nothing_proposed, whole_refusal
from dsr.grounds import ground_in
from dsr.letters.words import sentence_for
from dsr.models import ItemAnswer, RequestItem, SubjectRequest
from dsr.outcomes import Decision, Regimes, check_decision
from dsr.rights import label_of
from dsr.services.effects import regimes_of
from dsr.services.letters import write_refusal
from dsr.services.moving import move
from dsr.states import State, may_move
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy.board import is_on


@transaction.atomic
def refuse_subject_request(
    *, subject_request: SubjectRequest, ground: str, reasons: str, actor: Actor, now: dt.datetime, evidence: str = ""
) -> Proposal | None:
    """Propose to refuse all that is asked, with a ground of the catalogue and reasons in plain words. The letter
    goes out when a second person approves it.

    Raises InvalidInput naming the field, DomainError where the request is not open for a decision.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if not may_move(case.state, State.REFUSED):
        raise DomainError(f"A request that is {case.state} cannot be refused.", code="transition")
    items = list(RequestItem.objects.filter(subject_request=case).order_by("right"))
    if any(item.decided_at for item in items):
        raise DomainError("Some of it is answered already: refuse the rest right by right.", code="partly_answered")
    check_refusal(rights=[item.right for item in items], ground=ground, reasons=reasons, regimes=regimes_of(case))
    require_nothing_proposed(case)
    decision, why = whole_refusal(ground, reasons, evidence)
    if is_on("dsr.second_person"):
        return propose(case=case, item=None, decision=decision, why=why, actor=actor, now=now)
    carry_refusal(case=case, decision=decision, actor=actor, decided_by=actor, now=now)
    return None


def carry_refusal(
    *, case: SubjectRequest, decision: Decision, actor: Actor, decided_by: Actor, now: dt.datetime
) -> None:
    """Refuse every right of a case and write the letter: inside the caller's transaction, under the case's lock."""
    items = list(RequestItem.objects.filter(subject_request=case, decided_at=None))
    RequestItem.objects.filter(pk__in=[item.pk for item in items]).update(
        outcome="refused", ground=decision.ground, decided_at=now
    )
    found = ground_in(decision.ground, regimes_of(case)[0])
    paragraph = sentence_for(case.language, found.paragraph) if found else ""
    words = "\n".join(line for line in (decision.words, paragraph) if line)
    ItemAnswer.objects.bulk_create(
        ItemAnswer(item=item, words=words, evidence=decision.evidence, decided_by=decided_by.id, created_at=now)
        for item in items
    )
    move(subject_request=case, to=State.REFUSED, kind="refused", actor=actor, now=now, detail=decision.ground)
    write_refusal(subject_request=case, ground=decision.ground, reasons=words, now=now)


def check_refusal(*, rights: Sequence[str], ground: str, reasons: str, regimes: Regimes) -> None:
    """InvalidInput where the laws do not refuse every one of these rights on this ground, or the reasons are too
    short for it."""
    for right in rights:
        try:
            check_decision(right, Decision("refused", reasons, ground), systems={}, regimes=regimes)
        except InvalidInput as error:
            if error.field == "words":
                raise InvalidInput(error.message, field="reasons") from None
            if error.field == "ground" and len(rights) == 1:
                raise
            raise InvalidInput(f"{label_of(right)}: {error.message}", field="ground") from None

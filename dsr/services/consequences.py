"""An objection that may end the service (promise S51): the person reads what follows and confirms it.

Until then nothing ends for a use whose end has a consequence; from the moment of the yes on it is denied.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from dsr.decisions.models import ConsequenceQuestion
from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services.deciding_letters import write_consequence
from dsr.services.moving import note_history
from dsr.states import Right, State
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleState
from privacy.policy.board import is_on
from privacy.policy.uses import uses_with_a_switch


def consequences_of(purposes: Sequence[str]) -> list[tuple[str, str]]:
    """Label and consequence of each of these uses whose end has one, by the policy in force."""
    return [(row.label, row.consequence) for row in uses_with_a_switch() if row.code in purposes and row.consequence]


def needs_question(item: RequestItem, decision: Decision) -> bool:
    """Whether the person has to confirm a consequence before this decision about an objection is carried out."""
    if item.right != Right.OBJECTION or not decision.is_done or not is_on("dsr.consequence_confirmed"):
        return False
    asked = ConsequenceQuestion.objects.filter(item=item, is_confirmed=True).first()
    if asked is not None and set(decision.purposes) <= set(asked.purposes):
        return False
    return bool(consequences_of(decision.purposes))


def ask_consequence(
    *, item: RequestItem, purposes: Sequence[str], words: str, actor: Actor, now: dt.datetime
) -> ConsequenceQuestion:
    """Ask the person whether these uses shall end, with what follows from it: by mail, answered on the page of the
    request. Inside the caller's transaction. InvalidInput(purposes) where no use has a consequence."""
    lines = consequences_of(purposes)
    if not lines:
        raise InvalidInput("None of these uses has a consequence that must be confirmed.", field="purposes")
    text = "\n".join(f"{label}: {consequence}" for label, consequence in lines)
    ConsequenceQuestion.objects.filter(item=item).exclude(is_confirmed=True).delete()  # the newer question counts
    question = ConsequenceQuestion.objects.create(
        item=item, purposes=list(purposes), words=words.strip(), text=text, asked_by=actor.id, asked_at=now
    )
    case = item.subject_request
    write_consequence(subject_request=case, text=text, words=words.strip(), now=now)
    note_history(subject_request=case, kind="consequence_asked", actor=actor, now=now, detail=",".join(purposes)[:120])
    return question


@transaction.atomic
def answer_consequence(*, question: ConsequenceQuestion, is_confirmed: bool, actor: Actor, now: dt.datetime) -> None:
    """The person's own word. A yes ends the uses in this transaction; a no leaves them, and legal answers that.

    Raises NotAllowed for anybody else, StaleState where it was answered or the case moved on.
    """
    from dsr.services.answering import settle_item  # noqa: PLC0415 - answering asks for the question

    if actor.kind is not ActorKind.SUBJECT:
        raise NotAllowed("Only the person can confirm what follows from their objection.")
    item = RequestItem.objects.select_related("subject_request").get(pk=question.item_id)
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=item.subject_request_id)
    item.subject_request = case
    if case.state != State.RECEIVED or item.decided_at:
        raise StaleState("This request does not wait for your answer any more.")
    waiting = ConsequenceQuestion.objects.filter(pk=question.pk, answered_at=None)
    if waiting.update(answered_at=now, is_confirmed=is_confirmed) != 1:
        raise StaleState("You answered this already.")
    kind = "consequence_confirmed" if is_confirmed else "consequence_declined"
    note_history(subject_request=case, kind=kind, actor=actor, now=now)
    if is_confirmed:
        decision = Decision("fulfilled", words=question.words, purposes=tuple(question.purposes))
        settle_item(item=item, decision=decision, actor=actor, decided_by=_asker(question, actor), now=now)


def open_question(case: SubjectRequest) -> ConsequenceQuestion | None:
    """The question that waits for the person."""
    return open_questions_to(case).first()


def open_questions_to(case: SubjectRequest) -> "QuerySet[ConsequenceQuestion]":
    """It, or none, as rows that can be asked together with others of the case."""
    return ConsequenceQuestion.objects.filter(item__subject_request=case, answered_at=None)


def _asker(question: ConsequenceQuestion, actor: Actor) -> Actor:
    return Actor.staff(question.asked_by, via="console") if question.asked_by else actor


def require_answered(item: RequestItem) -> None:
    """DomainError while the person is asked about the consequence."""
    if ConsequenceQuestion.objects.filter(item=item, answered_at=None).exists():
        raise DomainError("The person is asked whether the consequence is understood. Wait for the answer.")

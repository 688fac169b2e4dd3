"""Appeals, where the law of the case knows them: a clock of their own, and somebody else who decides."""

import datetime as dt
import uuid

from django.db import transaction

from dsr.decisions.models import Appeal, Proposal
from dsr.decisions.vocabulary import ALONE_AFTER, AppealState
from dsr.models import Contact, ErasurePlan, HistoryRow, ItemAnswer, SubjectRequest
from dsr.outcomes import SHORTEST_WORDS
from dsr.periods import appeal_period_for
from dsr.services.appeal_clocks import end_appeal_clocks, start_appeal_clocks
from dsr.services.counting import laws_of_case
from dsr.services.deciding_letters import write_appeal_answer
from dsr.services.moving import move, note_history
from dsr.services.reopening import reopen
from dsr.services.second_person import ONE_PAIR, others_than
from dsr.states import ANSWERED, State
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, StaleState

WORK = "dsr.work_subject_request"
DECLINED = frozenset({"refused", "partly", "not_upheld", "partly_upheld", "nothing_held"})


def may_appeal(case: SubjectRequest) -> bool:
    """Whether the person can appeal against our answer now."""
    return (
        case.state in ANSWERED
        and any(appeal_period_for(law.profile) for law in laws_of_case(case))
        and case.items.filter(outcome__in=DECLINED).exists()
        and Contact.objects.filter(subject_request=case).exists()
    )


@transaction.atomic
def file_appeal(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> Appeal:
    """The person appeals. Raises InvalidInput(words), DomainError where the law knows no appeal or nothing was
    declined, StaleState where one is open already."""
    if len(words.strip()) < SHORTEST_WORDS:
        raise InvalidInput("Say in a sentence why you think that our answer is wrong.", field="words")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state == State.APPEALED:
        raise StaleState("Your appeal is with us already.")
    if not may_appeal(case):
        raise DomainError("There is no appeal to us against this answer; the letter says where to complain.")
    clocks = start_appeal_clocks(subject_request=case, appealed_at=now, actor=actor, now=now)
    due_on, safe_on = min(row.due_on for row in clocks), min(row.safe_on for row in clocks)
    appeal = Appeal.objects.create(
        subject_request=case,
        number=case.appeals.count() + 1,
        was_state=case.state,
        words=words.strip(),
        due_on=due_on,
        received_at=now,
    )
    move(subject_request=case, to=State.APPEALED, kind="appealed", actor=actor, now=now, detail=f"{due_on}")
    SubjectRequest.objects.filter(pk=case.pk).update(due_on=due_on, safe_on=safe_on, closed_at=None)
    Contact.objects.filter(subject_request=case).update(erase_on=None)
    subject_request.refresh_from_db()
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, is_granted: bool, answer: str, actor: Actor, now: dt.datetime) -> None:
    """Grant an appeal, which opens the declined rights again, or deny it with reasons, by letter.

    Raises NotAllowed for somebody who had a part in the answer (where nobody else works on requests: a day after the
    appeal came they may, and it is marked), InvalidInput(answer), StaleState.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=appeal.subject_request_id)
    is_one_pair = _require_decider(case, appeal, actor, now)
    if len(answer.strip()) < SHORTEST_WORDS:
        raise InvalidInput("Explain in plain words; the person will read it.", field="answer")
    state = AppealState.GRANTED if is_granted else AppealState.DENIED
    changed = Appeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN).update(
        state=state, decided_by=actor.id, decided_at=now
    )
    if changed != 1:
        raise StaleState("This appeal is decided already. Load the page again.")
    appeal.refresh_from_db()
    appeal.answer = answer.strip()
    appeal.save(update_fields=["answer"])
    end_appeal_clocks(subject_request=case, now=now)
    outcome = "granted" if is_granted else "denied_alone" if is_one_pair else "denied"
    write_appeal_answer(subject_request=case, outcome=outcome, words=answer.strip(), now=now)
    if is_one_pair:
        note_history(subject_request=case, kind=ONE_PAIR, actor=actor, now=now, detail="appeal")
    if is_granted:
        rights = list(case.items.filter(outcome__in=DECLINED).values_list("right", flat=True))
        reopen(subject_request=case, rights=rights, reason="appeal_granted", actor=actor, now=now)
    else:
        move(subject_request=case, to=State(appeal.was_state), kind="appeal_denied", actor=actor, now=now)


def who_decides(case: SubjectRequest, user: uuid.UUID | None) -> dict[str, bool]:
    """Whether this member of staff had a part in the answer, and whether nobody else could decide the appeal."""
    part = had_part_in(case)
    return {"had_part": user in part, "is_alone": user in part and not others_than(part, right=WORK)}


def nobody_else_decides(case: SubjectRequest) -> bool:
    """Whether everybody who could decide an appeal of this case had a part in the answer: what the person is told."""
    return not others_than(had_part_in(case), right=WORK)


def _require_decider(case: SubjectRequest, appeal: Appeal, actor: Actor, now: dt.datetime) -> bool:
    """NotAllowed for who may not decide the appeal; whether one pair of eyes looks at it again."""
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotAllowed("Somebody of staff who had no part in the answer decides an appeal.")
    who = who_decides(case, actor.id)
    if not who["had_part"]:
        return False
    if not who["is_alone"]:
        raise NotAllowed("Somebody who had no part in the answer decides an appeal.")
    if now - appeal.received_at < ALONE_AFTER:
        raise NotAllowed("Nobody who had no part in the answer can decide: you may a day after the appeal came.")
    return True


def had_part_in(case: SubjectRequest) -> set[uuid.UUID]:
    """Everybody of staff who filed, decided, proposed, prepared or approved something of the case."""
    found = set(ItemAnswer.objects.filter(item__subject_request=case).values_list("decided_by", flat=True))
    found |= set(ErasurePlan.objects.filter(subject_request=case).values_list("prepared_by", flat=True))
    found |= set(ErasurePlan.objects.filter(subject_request=case).values_list("approval__approved_by", flat=True))
    for pair in Proposal.objects.filter(subject_request=case).values_list("proposed_by", "settled_by"):
        found |= set(pair)
    acts = HistoryRow.objects.filter(subject_request_id=case.pk, kind__in=["refused", "closed", "item_answered"])
    found |= set(acts.filter(actor_kind="staff").values_list("actor_id", flat=True))
    return {one for one in {*found, case.filed_by} if one is not None}


def open_appeal(case: SubjectRequest) -> Appeal:
    """The appeal that waits; NotFound where none does."""
    found = case.appeals.filter(state=AppealState.OPEN).first()
    if found is None:
        raise NotFound("No appeal is open.")
    return found

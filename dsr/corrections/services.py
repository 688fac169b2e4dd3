"""Correct a value: our own tables at once, outside systems by a job that may be killed and run twice."""

import datetime as dt
import json

from django.db import transaction

from dsr.corrections.answering import answer_by_itself
from dsr.corrections.models import Correction, CorrectionResult, ResultState
from dsr.freezing import freeze, thaw
from dsr.identity.selectors import require_level
from dsr.models import SubjectRequest
from dsr.notices.residuals import open_residuals
from dsr.notices.tasks import day_of_task, open_task
from dsr.notices.vocabulary import TaskKind
from dsr.services.moving import note_history
from dsr.services.planning import person_of_case
from dsr.states import Right, State
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor, ActorKind
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.texts import one_line
from privacy.personal_data.contract import (
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    TablePlan,
    Treatment,
    Wish,
    handlers,
)
from privacy.policy.board import is_on

KIND = "dsr.correct"
OURS = "kept"
CHUNK_ROWS = 500
LONGEST = 500


@transaction.atomic
def correct_value(
    *, subject_request: SubjectRequest, category: str, new: str, wrong: str = "", actor: Actor, now: dt.datetime
) -> Correction:
    """Correct one value for a case that asks for it; our own rows in this transaction, with old and new sealed.

    Raises InvalidInput naming the field; DomainError where the case is not worked on, does not ask for a correction,
    or nobody knows who asks.
    """
    case = SubjectRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=subject_request.pk)
    items = list(case.items.filter(right=Right.RECTIFICATION, decided_at=None))
    if case.state != State.RECEIVED or not items:
        raise DomainError("This request does not wait for a correction. Load the page again.", code="not_open")
    require_level(case, items)
    new, wrong = one_line(new), one_line(wrong)
    if not new or len(new) > LONGEST:
        raise InvalidInput(f"Give the right value, at most {LONGEST} characters.", field="new")
    if category not in categories():
        raise InvalidInput("Choose what is to be corrected.", field="category")
    row = Correction(
        subject_request=case,
        category=category,
        new=new,
        wrong=wrong,
        asked_by=actor.id if actor.kind is ActorKind.STAFF else None,
        created_at=now,
        is_demo=case.is_demo,
    )
    row.save(force_insert=True)
    person = person_of_case(case)
    for handler in handlers.all():
        if handler.system != OURS and is_on("dsr.corrections"):
            CorrectionResult.objects.create(correction=row, handler=handler.key, label=handler.label)
        elif handler.system == OURS and category in handler.correctable():
            _correct_ours(row, handler, person, now)
    note_history(subject_request=case, kind="correction", actor=actor, now=now, detail=category)
    enqueue(KIND, idem_key=f"{KIND}:{row.pk}", payload={"correction": str(row.pk)}, now=now, is_demo=case.is_demo)
    return row


def categories() -> list[str]:
    """Everything that some holder can correct. A system that does not answer offers nothing now."""
    found: set[str] = set()
    for handler in handlers.all():
        try:
            found.update(handler.correctable())
        except HandlerUnavailable:
            continue
    return sorted(found)


def _wish(row: Correction) -> Wish:
    return Wish(row.category, row.new, row.wrong)


def _chunks(result: CorrectionResult, table: TablePlan, fence: int) -> list[Chunk]:
    row = result.correction
    values = {"category": row.category, "new": row.new, "wrong": row.wrong}
    return [
        Chunk(
            table,
            table.keys[start : start + CHUNK_ROWS],
            idem_key=f"{result.pk}:{table.table}:{start}",
            fence=fence,
            values=values,
        )
        for start in range(0, len(table.keys), CHUNK_ROWS)
    ]


def _correct_ours(row: Correction, handler: Handler, person: Person, now: dt.datetime) -> None:
    plan = handler.plan_correction(person, _wish(row), now=now)
    result = CorrectionResult(correction=row, handler=handler.key, label=handler.label)
    _note_plan(result, person, plan)
    done = ChunkResult()
    for table in _going(plan):
        for chunk in _chunks(result, table, fence=1):
            one = handler.apply_chunk(chunk)
            done = ChunkResult(
                changed=done.changed + one.changed,
                already_done=done.already_done + one.already_done,
                retained=done.retained + one.retained,
            )
    result.changed, result.already_done = done.changed, done.already_done
    result.kept += done.retained
    _end(result, now)
    result.save(force_insert=True)


def _note_plan(result: CorrectionResult, person: Person, plan: HandlerPlan) -> None:
    """What stood there is sealed before anything is changed."""
    result.old = json.dumps(list(dict.fromkeys(value for table in plan.tables for value in table.old)))
    result.kept = sum(table.rows for table in plan.tables if table.treatment is Treatment.RETAIN)
    result.frozen = freeze(person, [plan])


def _going(plan: HandlerPlan) -> list[TablePlan]:
    return [table for table in plan.tables if table.treatment is Treatment.UPDATE]


def _end(result: CorrectionResult, now: dt.datetime) -> None:
    touched = result.changed + result.already_done
    result.state = ResultState.DONE if touched else ResultState.NOTHING_HELD
    result.verified_at, result.error_code, result.frozen = now, "", ""


def advance_correction(claim: Claim) -> dict[str, int | str]:
    """Correct in every outside system that has not answered yet. HandlerUnavailable where one is silent: the job
    comes again."""
    row = Correction.objects.select_related("subject_request__subject").get(pk=claim.payload["correction"])
    waiting = row.results.filter(state__in=[ResultState.PENDING, ResultState.UNAVAILABLE])
    silent = ""
    for result in waiting.select_related("correction__subject_request"):
        try:
            _correct_outside(claim, result)
        except HandlerUnavailable as error:
            silent = result.label
            with transaction.atomic():
                claim.hold()
                CorrectionResult.objects.filter(pk=result.pk).update(
                    state=ResultState.UNAVAILABLE, error_code=type(error).__name__
                )
    if silent:
        raise HandlerUnavailable(f"{silent} did not answer.")
    with transaction.atomic():
        claim.hold()
        answer_by_itself(row, now=claim.now)
        claim.finish({"systems": row.results.count()})
    return {"systems": row.results.count()}


def _correct_outside(claim: Claim, result: CorrectionResult) -> None:
    row = result.correction
    try:
        handler = handlers.get(result.handler)
    except KeyError:
        return _by_hand(claim, result)
    if not result.frozen:
        person = person_of_case(row.subject_request)
        plan = handler.plan_correction(person, _wish(row), now=claim.now)
        if plan.not_offered or plan.problems:
            return _by_hand(claim, result)
        with transaction.atomic():
            claim.hold()
            _note_plan(result, person, plan)
            result.save(update_fields=["old", "kept", "frozen"])
    person, (frozen,) = thaw(result.frozen)
    residuals = list(frozen.residuals)
    for table in _going(frozen):
        for chunk in _chunks(result, table, claim.fence):
            residuals += handler.apply_chunk(chunk).residuals
    left = handler.plan_correction(person, _wish(row), now=claim.now)
    if _going(left):
        raise HandlerUnavailable("what was to be corrected still stands there")
    with transaction.atomic():
        claim.hold()
        result.changed = sum(table.rows for table in _going(frozen))
        _end(result, claim.now)
        result.save(update_fields=["changed", "state", "verified_at", "error_code", "frozen"])
        open_residuals(
            subject_request=row.subject_request,
            kind=TaskKind.RECTIFY,
            system=result.handler,
            label=result.label,
            residuals=residuals,
            now=claim.now,
        )
        detail = f"{result.handler}:corrected"
        note_history(
            subject_request=row.subject_request, kind="system_answered", actor=SYSTEM, now=claim.now, detail=detail
        )
    return None


def _by_hand(claim: Claim, result: CorrectionResult) -> None:
    """Somebody corrects it there: a task of the case, which waits for its answer."""
    case = result.correction.subject_request
    with transaction.atomic():
        claim.hold()
        CorrectionResult.objects.filter(pk=result.pk).update(state=ResultState.BY_HAND)
        open_task(
            subject_request=case,
            kind=TaskKind.RECTIFY,
            about=result.handler,
            label=result.label,
            due_on=day_of_task(case, claim.now),
            actor=SYSTEM,
            now=claim.now,
        )

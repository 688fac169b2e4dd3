"""Carry out an approved plan, chunk by chunk, so that a kill at any moment leaves nothing half done.

Our own tables: the chunk and its watermark commit together. Outside systems: the chunk is sent first,
with a key that stays the same for every attempt, and then recorded; after a kill in between it is sent
again and counted as done by an earlier attempt. No outside call happens inside a transaction.
"""

import dataclasses
import json
from dataclasses import asdict

from django.db import transaction

from dsr.freezing import thaw
from dsr.grounds import GROUNDS
from dsr.holding import free_of_holds, keeping_held
from dsr.models import Run, Step
from dsr.services.closing import all_steps, close_run
from dsr.services.moving import move, note_history
from dsr.services.supplementing import approved_plans
from dsr.states import Answer, State, StepState
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import StaleState
from privacy.personal_data.contract import (
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Residual,
    TablePlan,
    handlers,
)
from privacy.policy.board import is_on

CHUNK_ROWS = 500
UNANSWERED = (StepState.PENDING, StepState.UNAVAILABLE, StepState.FAILED)


class SystemsSilent(HandlerUnavailable):
    """Some system did not answer: the job is tried again later, and the case stays open."""


def advance_run(claim: Claim) -> dict[str, int | str] | None:
    """Work off every step that has no answer, then close, or stay open and say why."""
    run = Run.objects.select_related("plan__subject_request").get(pk=claim.payload["run"])
    person, plans = thaw(run.plan.frozen)
    by_handler = {plan.handler: plan for plan in plans}
    silent = 0
    for step in run.steps.filter(state__in=UNANSWERED):
        try:
            _carry_out(claim, step, person, by_handler[step.handler])
        except HandlerUnavailable as error:
            silent += 1
            _note_silence(claim, step, error)
    if silent and is_on("dsr.every_system_answers"):
        _block(claim, run, "system_silent")
        raise SystemsSilent(f"{silent} of {len(plans)} systems did not answer.")
    if all_steps(run.plan.subject_request).filter(state=StepState.BEYOND_PLAN).exists():
        _block(claim, run, "beyond_plan")
        return {"answer": "beyond_plan"}
    return close_run(claim=claim, run=run)


def _carry_out(claim: Claim, step: Step, person: Person, plan: HandlerPlan) -> None:
    handler = handlers.get(step.handler)
    for table_index in range(step.table_index, len(plan.tables)):
        table = plan.tables[table_index]
        start = step.key_index if table_index == step.table_index else 0
        for key_index in range(start, len(table.keys), CHUNK_ROWS):
            chunk = _chunk(claim, step, table, table_index, key_index)
            watermark = (table_index, min(key_index + CHUNK_ROWS, len(table.keys)))
            if handler.is_transactional:
                _do_own_chunk(claim, handler, step, chunk, watermark)
            else:
                _do_outside_chunk(claim, handler, step, chunk, watermark=watermark, person=person)
        _set_watermark(claim, step, (table_index + 1, 0))
    approved = approved_plans(step.run.plan.subject_request, step.handler)
    if not handler.is_transactional:
        approved = keeping_held(person, step.handler, approved)
    found = handler.verify(person, approved)
    with transaction.atomic():
        claim.hold()
        claim.note_progress()
        _finish(step, plan, [_plain(residual) for residual in found], claim)
        if not found:
            _settle_earlier(step)


def _chunk(claim: Claim, step: Step, table: TablePlan, table_index: int, key_index: int) -> Chunk:
    return Chunk(
        plan=table,
        keys=table.keys[key_index : key_index + CHUNK_ROWS],
        idem_key=f"{step.pk}:{table_index}:{key_index}",
        fence=claim.fence,
    )


def _do_own_chunk(claim: Claim, handler: Handler, step: Step, chunk: Chunk, watermark: tuple[int, int]) -> None:
    """The handler asks the guards itself, in this transaction."""
    with transaction.atomic():
        claim.hold()
        _record(step, handler.apply_chunk(chunk), watermark)


def _do_outside_chunk(
    claim: Claim, handler: Handler, step: Step, chunk: Chunk, *, watermark: tuple[int, int], person: Person
) -> None:
    """A hold that is younger than the approval still keeps its rows: they are left out and answered as retained."""
    free, kept = free_of_holds(person, handler.key, chunk)
    result = handler.apply_chunk(free) if free.keys else ChunkResult()
    rows = sum(residual.rows for residual in kept)
    result = dataclasses.replace(result, retained=result.retained + rows, residuals=(*result.residuals, *kept))
    with transaction.atomic():
        claim.hold()
        _record(step, result, watermark)


def _record(step: Step, result: ChunkResult, watermark: tuple[int, int]) -> None:
    """Advance the watermark from where this worker read it; another's advance rolls this chunk back."""
    residuals = json.loads(step.residuals) + [_plain(residual) for residual in result.residuals]
    changed = Step.objects.filter(pk=step.pk, table_index=step.table_index, key_index=step.key_index).update(
        table_index=watermark[0],
        key_index=watermark[1],
        removed=step.removed + result.removed,
        anonymized=step.anonymized + result.anonymized,
        retained=step.retained + result.retained,
        already_done=step.already_done + result.already_done,
        residuals=json.dumps(residuals),
    )
    if changed != 1:
        raise StaleState("Another worker has taken this step.")
    step.refresh_from_db()


def _set_watermark(claim: Claim, step: Step, watermark: tuple[int, int]) -> None:
    with transaction.atomic():
        claim.hold()
        _record(step, ChunkResult(), watermark)


def _finish(step: Step, plan: HandlerPlan, found: list[dict[str, object]], claim: Claim) -> None:
    beyond = bool(found)
    step.state = StepState.BEYOND_PLAN if beyond else StepState.DONE
    step.residuals = json.dumps(json.loads(step.residuals) + [_plain(r) for r in plan.residuals] + found)
    step.answer = _answer(step, plan)
    step.reason = plan.not_offered or _reason_kept(step)
    step.last_error_code = ""
    step.verified_at = claim.now
    step.save(update_fields=["state", "residuals", "answer", "reason", "last_error_code", "verified_at"])
    note_history(
        subject_request=step.run.plan.subject_request,
        kind="system_answered",
        actor=SYSTEM,
        now=claim.now,
        detail=f"{step.handler}:{step.answer}",
    )


def _reason_kept(step: Step) -> str:
    """Why rows stay that were approved to go: the sentence of the hold that came in between."""
    held = [residual["what"] for residual in json.loads(step.residuals) if residual["why"] in GROUNDS]
    return " ".join(dict.fromkeys(held))[:300]


def _plain(residual: Residual) -> dict[str, object]:
    return {**asdict(residual), "until": residual.until.isoformat() if residual.until else ""}


def _settle_earlier(step: Step) -> None:
    """A supplementary run that leaves nothing behind answers the earlier step that found too much."""
    earlier = Step.objects.filter(
        run__plan__subject_request=step.run.plan.subject_request, handler=step.handler, state=StepState.BEYOND_PLAN
    )
    for row in earlier:
        kept = [residual for residual in json.loads(row.residuals) if residual["why"] in GROUNDS]
        Step.objects.filter(pk=row.pk).update(state=StepState.DONE, residuals=json.dumps(kept))


def _answer(step: Step, plan: HandlerPlan) -> Answer:
    if plan.not_offered:
        return Answer.NOT_OFFERED
    if plan.nothing_held:
        return Answer.NOTHING_HELD
    changed = step.removed + step.anonymized + step.already_done
    return Answer.DONE if changed else Answer.RETAINED


def _note_silence(claim: Claim, step: Step, error: Exception) -> None:
    with transaction.atomic():
        claim.hold()
        Step.objects.filter(pk=step.pk).update(state=StepState.UNAVAILABLE, last_error_code=type(error).__name__)


def _block(claim: Claim, run: Run, detail: str) -> None:
    """Make a stuck case visible; once is enough."""
    subject_request = run.plan.subject_request
    if subject_request.state == State.RUNNING:
        with transaction.atomic():
            claim.hold()
            move(
                subject_request=subject_request,
                to=State.BLOCKED,
                kind="blocked",
                actor=SYSTEM,
                now=claim.now,
                detail=detail,
            )

"""Carry out an approved plan, chunk by chunk, so that a kill at any moment leaves nothing half done.

Our own tables: the chunk and its watermark commit together, and small chunks of several tables with each other.
Outside systems: the chunk is sent first, with a key that stays the same for every attempt, and then recorded; after a
kill in between it is sent again and counted as done by an earlier attempt. No outside call is inside a transaction.

Each outside system is proved and answered by itself. Our own tables are proved after all of them were worked off,
with one question which of them still holds anything, and answered together: what they do is nothing to wait for.
"""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from dsr.freezing import thaw
from dsr.grounds import GROUNDS
from dsr.holding import free_of_holds, keeping_held
from dsr.models import Run, Step, SubjectRequest
from dsr.notices.residuals import open_residuals
from dsr.notices.tasks import BLOCKING
from dsr.notices.vocabulary import TaskKind
from dsr.services.closing import OURS, all_steps, close_run
from dsr.services.moving import move, note_histories
from dsr.services.supplementing import approved_plans
from dsr.states import Answer, State, StepState
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import StaleState
from privacy.kernel.ready import Ready
from privacy.kernel.statements import adapted
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Residual,
    TablePlan,
    Treatment,
    handlers,
)
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.people import PeopleAsked
from privacy.personal_data.presence import with_rows
from privacy.policy.board import is_on

CHUNK_ROWS = 500
RECORDED = ("table_index", "key_index", "removed", "anonymized", "retained", "already_done", "residuals")
RECORD = f"""UPDATE dsr_step SET {", ".join(f"{name} = %s" for name in RECORDED)}
WHERE id = %s AND table_index = %s AND key_index = %s"""  # noqa: S608 - names from above
ANSWER = """UPDATE dsr_step SET state = %s, residuals = %s, answer = %s, reason = %s, retained = %s,
last_error_code = '', verified_at = %s WHERE id IN ({keys})"""
RUN = Ready(lambda one: Run.objects.select_related("plan__subject_request").filter(pk=one))
UNANSWERED = Ready(
    lambda run: Step.objects.filter(run_id=run, state__in=[StepState.PENDING, StepState.UNAVAILABLE, StepState.FAILED])
)
BEYOND = Ready(lambda case: all_steps(case).filter(state=StepState.BEYOND_PLAN))


@dataclass(frozen=True, slots=True)
class _Work:
    """What a run goes by: the frozen plans of its own, and all that was approved in the case."""

    claim: Claim
    subject_request: SubjectRequest
    person: Person
    plans: Mapping[str, HandlerPlan]
    approved: Mapping[str, HandlerPlan]
    handlers: Mapping[str, Handler]
    is_supplementary: bool

    def is_ours(self, step: Step) -> bool:
        """KeyError for a system that is no longer connected: the job fails and shows."""
        return self.handlers[step.handler].is_transactional


Found = tuple[Step, Sequence[Residual]]
Watermark = tuple[int, int]
Said = tuple[str, str, str, str, int]  # state, what was left, answer, reason, rows that stay


class SystemsSilent(HandlerUnavailable):
    """Some system did not answer: the job is tried again later, and the case stays open."""


def advance_run(claim: Claim) -> dict[str, int | str] | None:
    """Work off every step that has no answer, then close, or stay open and say why."""
    run = RUN.get(uuid.UUID(str(claim.payload["run"])))
    if run.finished_at:  # another look, woken by a system that answered, was faster
        return {"answer": "finished"}
    person, plans = thaw(run.plan.frozen)
    work = _Work(
        claim,
        run.plan.subject_request,
        person,
        plans={plan.handler: plan for plan in plans},
        approved=approved_plans(run.plan.subject_request, known={run.plan_id: plans}),
        handlers={handler.key: handler for handler in handlers.all()},
        is_supplementary=run.plan.is_supplementary,
    )
    silent = _carry_out(work, UNANSWERED.all(run.pk))
    if silent and is_on("dsr.every_system_answers"):
        _block(claim, run, "system_silent")
        if all(isinstance(error, PeopleAsked) for error in silent):
            raise PeopleAsked("its people have not answered yet")
        raise SystemsSilent(f"{len(silent)} of {len(plans)} systems did not answer.")
    if BEYOND.any(run.plan.subject_request_id):
        _block(claim, run, "beyond_plan")
        return {"answer": "beyond_plan"}
    if is_on("dsr.tasks_keep_open") and BLOCKING.any(run.plan.subject_request_id):
        _block(claim, run, "open_task")  # whoever answers the last one wakes this run
        return {"answer": "open_task"}
    return close_run(claim=claim, run=run, person=person, approved=work.approved)


def _carry_out(work: _Work, unanswered: Iterable[Step]) -> list[HandlerUnavailable]:
    """Every step in its order; what did not answer."""
    silent, ours = list[HandlerUnavailable](), list[Step]()
    for is_ours, steps in groupby(unanswered, work.is_ours):
        if is_ours:
            ours += (some := list(steps))
            _do_ours(work, some)
            continue
        for step in steps:
            try:
                _do_outside(work, step)
                _finish(work, [_verify_outside(work, step)])
            except HandlerUnavailable as error:
                silent.append(error)
                _note_silence(work.claim, step, error)
    if ours:
        _finish(work, _verify_ours(work, ours))
    return silent


def _do_ours(work: _Work, steps: Sequence[Step]) -> None:
    """What is left in these tables of ours: as many rows of several tables in one transaction as of a single one."""
    parts: list[tuple[Step, Chunk, Watermark]] = []
    for step in steps:
        handler, tables = work.handlers[step.handler], work.plans[step.handler].tables
        if isinstance(handler, ModelHandler) and all(table.treatment is Treatment.RETAIN for table in tables):
            step.retained = sum(table.rows for table in tables)  # nothing to do: it is noted with the answer
            continue
        for chunk, watermark in list(_chunks_left(work.claim, step, tables)):
            if parts and sum(len(one.keys) for _, one, _ in parts) + len(chunk.keys) > CHUNK_ROWS:
                _do_own_chunks(work, parts)
                parts = []
            parts.append((step, chunk, watermark))
    if parts:
        _do_own_chunks(work, parts)


def _do_outside(work: _Work, step: Step) -> None:
    """Every chunk that is left."""
    claim, handler = work.claim, work.handlers[step.handler]
    left = list(_chunks_left(claim, step, work.plans[step.handler].tables))
    if len(left) > 1 and _do_outside_together(work, handler, step, left):
        return
    for chunk, watermark in left:
        _do_outside_chunk(claim, handler, step, chunk, watermark=watermark, person=work.person)


def _chunks_left(claim: Claim, step: Step, tables: Sequence[TablePlan]) -> Iterator[tuple[Chunk, Watermark]]:
    """What no attempt has recorded yet, in the order of the plan, each with the watermark that follows it."""
    first = step.table_index
    for table_index in range(first, len(tables)):
        table = tables[table_index]
        for key_index in range(step.key_index if table_index == first else 0, len(table.keys), CHUNK_ROWS):
            end = key_index + CHUNK_ROWS
            watermark = (table_index, end) if end < len(table.keys) else (table_index + 1, 0)
            yield _chunk(claim, step, table, table_index, key_index), watermark


def _verify_outside(work: _Work, step: Step) -> Found:
    approved = keeping_held(work.person, step.handler, work.approved[step.handler])
    return step, work.handlers[step.handler].verify(work.person, approved)


def _verify_ours(work: _Work, steps: Sequence[Step]) -> list[Found]:
    """Only what holds a row of the person at this moment can hold one too many."""
    asked = with_rows(work.person, [work.handlers[step.handler] for step in steps])
    left = {handler.key: handler.verify(work.person, work.approved[handler.key]) for handler in asked}
    return [(step, left.get(step.handler, ())) for step in steps]


def _chunk(claim: Claim, step: Step, table: TablePlan, table_index: int, key_index: int) -> Chunk:
    return Chunk(
        plan=table,
        keys=table.keys[key_index : key_index + CHUNK_ROWS],
        idem_key=f"{step.pk}:{table_index}:{key_index}",
        fence=claim.fence,
    )


def _do_own_chunks(work: _Work, parts: Sequence[tuple[Step, Chunk, Watermark]]) -> None:
    """The handlers ask the guards themselves, in this transaction."""
    with transaction.atomic():
        work.claim.hold()
        work.claim.note_progress()
        for step, chunk, watermark in parts:
            _record(step, work.handlers[step.handler].apply_chunk(chunk), watermark)


def _do_outside_chunk(
    claim: Claim, handler: Handler, step: Step, chunk: Chunk, *, watermark: Watermark, person: Person
) -> None:
    """A hold that is younger than the approval still keeps its rows: they are left out and answered as retained."""
    ((free, kept),) = free_of_holds(person, handler.key, [chunk])
    result = handler.apply_chunk(free) if free.keys else ChunkResult()
    with transaction.atomic():
        claim.hold()
        _record(step, _with_kept(result, kept), watermark)


def _do_outside_together(work: _Work, handler: Handler, step: Step, left: Sequence[tuple[Chunk, Watermark]]) -> bool:
    """Everything that is left in one transaction over there, and then recorded in one of ours; False where the
    system cannot, and nothing was done."""
    parts = free_of_holds(work.person, handler.key, [chunk for chunk, _ in left])
    done = handler.apply_together([free for free, _ in parts if free.keys])
    if done is None:
        return False
    results = iter(done)
    with transaction.atomic():
        work.claim.hold()
        each = [_with_kept(next(results) if chunk.keys else ChunkResult(), kept) for chunk, kept in parts]
        _record(step, _sum(each), left[-1][-1])
    return True


def _sum(results: Sequence[ChunkResult]) -> ChunkResult:
    """Several chunks of one step as one."""
    return ChunkResult(
        removed=sum(one.removed for one in results),
        anonymized=sum(one.anonymized for one in results),
        retained=sum(one.retained for one in results),
        already_done=sum(one.already_done for one in results),
        residuals=tuple(residual for one in results for residual in one.residuals),
    )


def _with_kept(result: ChunkResult, kept: Sequence[Residual]) -> ChunkResult:
    rows = sum(residual.rows for residual in kept)
    return dataclasses.replace(result, retained=result.retained + rows, residuals=(*result.residuals, *kept))


def _record(step: Step, result: ChunkResult, watermark: Watermark) -> None:
    """Advance the watermark from where this worker read it; another's advance rolls this chunk back."""
    residuals = step.left_over + [_plain(residual) for residual in result.residuals]
    values = (
        *watermark,
        step.removed + result.removed,
        step.anonymized + result.anonymized,
        step.retained + result.retained,
        step.already_done + result.already_done,
        json.dumps(residuals),
    )
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [*values, *adapted(Step, id=step.pk), step.table_index, step.key_index])
        if cursor.rowcount != 1:
            raise StaleState("Another worker has taken this step.")
    for name, value in zip(RECORDED, values, strict=True):
        setattr(step, name, value)


def _finish(work: _Work, found: Sequence[Found]) -> None:
    """Answer these steps in one transaction: what was done, what was found, and a line of history each."""
    claim, subject_request = work.claim, work.subject_request
    alike: dict[Said, list[Step]] = {}
    left: list[tuple[Step, list[Residual]]] = []
    for step, residuals in found:
        _settle(step, work.plans[step.handler], residuals)
        if lines := [line for line in step.left_over if not line.get("is_beyond")]:
            left.append((step, [_residual(line) for line in lines]))
        said = (str(step.state), step.residuals, str(step.answer), step.reason, step.retained)
        alike.setdefault(said, []).append(step)
    with transaction.atomic():
        claim.hold()
        claim.note_progress()
        for said, steps in alike.items():
            _write_answer(said, steps, claim.now)
        note_histories(
            subject_request=subject_request,
            kind="system_answered",
            details=_said_in_history([step for step, _ in found]),
            actor=SYSTEM,
            now=claim.now,
        )
        for step, residuals in left:
            open_residuals(
                subject_request=subject_request,
                kind=TaskKind.ERASE,
                system=step.handler,
                label=step.label,
                residuals=residuals,
                now=claim.now,
            )
        if work.is_supplementary:
            _settle_earlier(subject_request, [step.handler for step, residuals in found if not residuals])


def _said_in_history(steps: Sequence[Step]) -> list[str]:
    """Who answered what: each system and each table, but those of ours that hold nothing by their number. The receipt
    names them, and each has its step."""
    told = [
        f"{step.handler}:{step.answer}" for step in steps if step.system != OURS or step.answer != Answer.NOTHING_HELD
    ]
    empty = len(steps) - len(told)
    return [*told, *([f"{OURS}*{empty}:{Answer.NOTHING_HELD}"] if empty else [])]


def _write_answer(said: Said, steps: Sequence[Step], now: dt.datetime) -> None:
    """What these steps answered alike. Raw: there are as many as we have tables."""
    keys = [key for step in steps for key in adapted(Step, id=step.pk)]
    values = [*said, *adapted(Step, verified_at=now), *keys]
    with connection.cursor() as cursor:
        cursor.execute(ANSWER.format(keys=", ".join(["%s"] * len(keys))), values)


def _settle(step: Step, plan: HandlerPlan, found: Sequence[Residual]) -> None:
    step.state = StepState.BEYOND_PLAN if found else StepState.DONE
    known = step.left_over + [_plain(residual) for residual in plan.residuals]
    step.residuals = json.dumps(known + [_plain(residual, is_beyond=True) for residual in found])
    step.answer = _answer(step, plan)
    step.reason = plan.not_offered or _reason_kept(step)


def _reason_kept(step: Step) -> str:
    """Why rows stay that were approved to go: the sentence of the hold that came in between."""
    held = [residual["what"] for residual in step.left_over if residual["why"] in GROUNDS]
    return " ".join(dict.fromkeys(held))[:300]


def _plain(residual: Residual, *, is_beyond: bool = False) -> dict[str, object]:
    """`is_beyond`: found by the second look, so that another approval decides about it."""
    until = residual.until.isoformat() if residual.until else ""
    return {**asdict(residual), "until": until, "is_beyond": is_beyond or residual.who == SUPPLEMENT}


def _residual(line: Mapping[str, Any]) -> Residual:
    until = dt.date.fromisoformat(line["until"]) if line["until"] else None
    return Residual(line["table"], line["what"], line["why"], line["who"], line["rows"], until)


def _settle_earlier(subject_request: SubjectRequest, answered: Sequence[str]) -> None:
    """A supplementary run that leaves nothing behind answers the earlier step that found too much."""
    earlier = Step.objects.filter(
        run__plan__subject_request=subject_request, handler__in=answered, state=StepState.BEYOND_PLAN
    )
    for row in earlier:
        kept = [line for line in row.left_over if not line.get("is_beyond", line["why"] not in GROUNDS)]
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
        Step.objects.filter(pk=step.pk).update(
            state=StepState.UNAVAILABLE, last_error_code=type(error).__name__, reason=f"It waits: {error}."[:300]
        )


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

"""Erase what an earlier erasure kept, now that nothing keeps it: killed at any moment, run twice or by two at once.

Only the keys that were frozen when the case was closed are ever asked about. What would be done to them is asked
anew each time, so that a younger hold or a longer duty keeps them; our own tables ask the guards once more inside
the deleting transaction. Nobody approves it again: the second person approved the erasure that this completes.
"""

import dataclasses
import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F

from dsr.freezing import freeze, thaw
from dsr.grounds import GROUNDS
from dsr.holding import free_of_holds
from dsr.retained.models import RetainedSet, SetState
from dsr.retained.services import due_sets
from dsr.retained.telling import tell_and_prove
from privacy.jobs.claiming import Claim
from privacy.kernel.canonical import digest
from privacy.kernel.errors import StaleState
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    TablePlan,
    Treatment,
    handlers,
)
from privacy.personal_data.models import Restriction

CHUNK_ROWS = 500


def erase_due(claim: Claim) -> dict[str, int | str]:
    """Carry out everything that is due of one case, then prove it and tell the person.

    Raises HandlerUnavailable where a system did not answer: the job comes again.
    """
    ended: list[RetainedSet] = []
    silent = ""
    for row in due_sets(claim.payload["case"], now=claim.now):
        try:
            if _carry_out(claim, row):
                ended.append(row)
        except HandlerUnavailable as error:
            silent = row.label
            _note_problem(claim, row, type(error).__name__)
    with transaction.atomic():
        claim.hold()
        if not silent:
            _finish(claim, [row.pk for row in ended])
    if silent:
        raise HandlerUnavailable(f"{silent} did not answer.")
    return {"ended": len(ended)}


def _carry_out(claim: Claim, row: RetainedSet) -> bool:
    """Whether nothing of the set is left."""
    person, (frozen,) = thaw(row.frozen)
    table = frozen.tables[0]
    if _is_restricted_since(person, row):
        _note_problem(claim, row, "restricted")
        return False
    try:
        handler = handlers.get(row.handler)
    except KeyError:
        _note_problem(claim, row, "not_connected")
        return False
    plan = handler.plan_keys(person, table, now=claim.now)
    if plan.not_offered or plan.problems:
        _note_problem(claim, row, "not_offered" if plan.not_offered else "plan_problems")
        return False
    for part in _going(plan):
        for start in range(0, len(part.keys), CHUNK_ROWS):
            part_keys = part.keys[start : start + CHUNK_ROWS]
            # The same keys are the same order to an outside system, whichever attempt sends them.
            idem_key = f"{row.pk}:{digest(list(part_keys))[:16]}"
            _do_chunk(claim, handler, row, person, Chunk(part, part_keys, idem_key=idem_key, fence=claim.fence))
    return _look_again(claim, handler, row, person, table)


def _is_restricted_since(person: Person, row: RetainedSet) -> bool:
    """Whether the person asked after the erasure that the rows be stored only: they may need them."""
    return Restriction.objects.filter(
        subject_id__in=person.subject_ids, lifted_at=None, since__gt=row.created_at
    ).exists()


def _going(plan: HandlerPlan) -> list[TablePlan]:
    return [table for table in plan.tables if table.treatment is not Treatment.RETAIN and table.keys]


def _do_chunk(claim: Claim, handler: Handler, row: RetainedSet, person: Person, chunk: Chunk) -> None:
    if handler.is_transactional:
        with transaction.atomic():
            claim.hold()
            _count(row, handler.apply_chunk(chunk))
        return
    ((free, _),) = free_of_holds(person, handler.key, [chunk])
    result = handler.apply_chunk(free) if free.keys else ChunkResult()
    with transaction.atomic():
        claim.hold()
        _count(row, result)


def _count(row: RetainedSet, result: ChunkResult) -> None:
    RetainedSet.objects.filter(pk=row.pk).update(
        removed=F("removed") + result.removed, anonymized=F("anonymized") + result.anonymized
    )


def _look_again(claim: Claim, handler: Handler, row: RetainedSet, person: Person, table: TablePlan) -> bool:
    """Ask by the keys what is still there: nothing, something that has a new reason to stay, or a rest."""
    found = handler.plan_keys(person, table, now=claim.now)
    if _going(found):
        _note_problem(claim, row, "still_there")
        return False
    kept = [each for each in found.tables if each.ground in GROUNDS and each.keys]
    if not kept:
        return True
    longest = max(kept, key=lambda each: (each.is_held, each.until or dt.date.max))
    still = dataclasses.replace(longest, keys=tuple(key for each in kept for key in each.keys))
    with transaction.atomic():
        claim.hold()
        now_kept = RetainedSet.objects.select_for_update().get(pk=row.pk)
        now_kept.rows, now_kept.ground, now_kept.until = still.rows, still.ground, still.until
        now_kept.is_held, now_kept.problem = still.is_held, ""
        now_kept.frozen = freeze(person, [HandlerPlan(row.handler, Action.ERASE, (still,))])
        now_kept.save(update_fields=["rows", "ground", "until", "is_held", "problem", "frozen"])
    return False


def _note_problem(claim: Claim, row: RetainedSet, code: str) -> None:
    with transaction.atomic():
        claim.hold()
        RetainedSet.objects.filter(pk=row.pk, state=SetState.KEPT).update(problem=code[:40])


def _finish(claim: Claim, ended: list[uuid.UUID]) -> None:
    """End the sets, prove it and tell of it, together with the end of the job."""
    changed = RetainedSet.objects.filter(pk__in=ended, state=SetState.KEPT).update(
        state=SetState.ERASED, ended_at=claim.now, problem=""
    )
    if changed != len(ended):
        raise StaleState("Another worker has ended this set.")
    sets = list(RetainedSet.objects.filter(pk__in=ended))
    for row in sets:
        row.frozen = ""
        row.save(update_fields=["frozen"])
    if ended:
        tell_and_prove(sets=sets, now=claim.now)
    claim.finish({"ended": changed})

"""Carry a request out in the systems of its controller, and in no other.

Killed at any moment it is done again: what was erased counts as done by an earlier attempt, and a file of results
without its row is swept away.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from dsr.freezing import thaw
from dsr.holding import free_of_holds, keeping_held
from dsr.opendsr.matching import systems_of
from dsr.opendsr.models import ProtocolRequest
from dsr.opendsr.services import complete
from dsr.opendsr.vocabulary import MOST_RESULT_BYTES, Status
from dsr.services.moving import note_history
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import DomainError
from privacy.kernel.sealed_store import SealedFile, SealedStore
from privacy.personal_data.contract import Chunk, Handler, HandlerUnavailable, Person

CHUNK_ROWS = 500
RESULTS = SealedStore("opendsr")
Result = dict[str, int | str]


class TooLarge(DomainError):
    """More than a file of results may hold: somebody hands it over another way."""

    code = "too_large"


@dataclass
class Counts:
    """Over all systems; `left` are rows found beyond the plan."""

    done: int = 0
    retained: int = 0
    left: int = 0


def carry_out(claim: Claim) -> Result:
    """The job. A system that does not answer is tried again, and the page says so meanwhile."""
    rows = ProtocolRequest.objects.select_related("case", "controller")
    row = rows.get(pk=uuid.UUID(claim.payload["request"]))
    if row.status != Status.IN_PROGRESS:
        return {"outcome": row.status}
    try:
        systems = systems_of(row.controller)
        return _erase(claim, row, systems) if row.kind == "erasure" else _collect(claim, row, systems)
    except HandlerUnavailable:
        _note_problem(claim, row, "system_silent")
        raise
    except TooLarge:
        _note_problem(claim, row, "too_large")
        return {"outcome": "too_large"}


def _erase(claim: Claim, row: ProtocolRequest, systems: list[Handler]) -> Result:
    person, plans = thaw(row.frozen)
    by_key, counts = {system.key: system for system in systems}, Counts()
    for plan in plans:
        if plan.not_offered:
            continue
        handler = by_key[plan.handler]
        for number, table in enumerate(plan.tables):
            for start in range(0, len(table.keys), CHUNK_ROWS):
                keys = table.keys[start : start + CHUNK_ROWS]
                chunk = Chunk(table, keys, f"opendsr:{row.pk}:{handler.key}:{number}:{start}", claim.fence)
                _do_chunk(handler, person, chunk, counts)
                with transaction.atomic():
                    claim.hold()
                    claim.note_progress()
        found = handler.verify(person, keeping_held(person, handler.key, plan))
        counts.left += sum(residual.rows or 1 for residual in found) + len(plan.residuals)
    if counts.left or any(plan.not_offered for plan in plans):
        _note_problem(claim, row, "beyond_plan" if counts.left else "not_offered")
        return {"outcome": "needs_somebody"}
    with transaction.atomic():
        claim.hold()
        complete(request=row, results_count=counts.done, retained_count=counts.retained, actor=SYSTEM, now=claim.now)
        claim.finish({"done": counts.done, "retained": counts.retained})
    return {"done": counts.done}


def _do_chunk(handler: Handler, person: Person, chunk: Chunk, counts: Counts) -> None:
    ((free, kept),) = free_of_holds(person, handler.key, [chunk])
    if free.keys:
        result = handler.apply_chunk(free)
        counts.done += result.removed + result.anonymized + result.already_done
        counts.retained += result.retained
        counts.left += sum(residual.rows or 1 for residual in result.residuals)
    counts.retained += sum(residual.rows for residual in kept)


def _collect(claim: Claim, row: ProtocolRequest, systems: list[Handler]) -> Result:
    person, _ = thaw(row.frozen)
    if row.result_file:  # an earlier round that somebody had to look at
        RESULTS.remove(row.result_file)
    count = [0]
    sealed = RESULTS.put_parts(_lines(systems, person, count))
    try:
        with transaction.atomic():
            claim.hold()
            _keep(row, sealed)
            complete(request=row, results_count=count[0], actor=SYSTEM, now=claim.now)
            claim.finish({"rows": count[0]})
    except BaseException:
        RESULTS.remove(sealed.file)
        raise
    return {"rows": count[0]}


def _keep(row: ProtocolRequest, sealed: SealedFile) -> None:
    row.result_file, row.result_key = sealed.file, sealed.key
    row.result_digest, row.result_size = sealed.digest, sealed.size
    row.save(update_fields=["result_file", "result_key", "result_digest", "result_size"])


def _lines(systems: list[Handler], person: Person, count: list[int]) -> Iterator[bytes]:
    """One JSON object a line: `system`, `collection`, `category`, `row`. TooLarge past the size that is sent."""
    size = 0
    for system in systems:
        for record in system.export(person):
            about = {"system": system.key, "collection": record.table, "category": record.category}
            line = json.dumps({**about, "row": record.row}, default=str, separators=(",", ":")).encode() + b"\n"
            size += len(line)
            if size > MOST_RESULT_BYTES:
                raise TooLarge("The results are larger than one file may be.")
            count[0] += 1
            yield line


def _note_problem(claim: Claim, row: ProtocolRequest, code: str) -> None:
    """Say once why somebody has to look."""
    with transaction.atomic():
        claim.hold()
        changed = ProtocolRequest.objects.filter(pk=row.pk, status=Status.IN_PROGRESS).exclude(problem=code)
        if changed.update(problem=code):
            note_history(subject_request=row.case, kind="opendsr_stuck", actor=SYSTEM, now=claim.now, detail=code)

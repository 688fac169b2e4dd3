"""A desk behind the handler contract: what its people answered, and questions where an approved act needs them.

Looking never asks anybody: questions about what is held are opened for each case in work. An act opens its question,
and waits until people have answered it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from privacy.connectors.desks.asking import ask_after
from privacy.connectors.desks.copies import attachment_of, row_of
from privacy.connectors.desks.models import DeskLine, DeskQuestion
from privacy.connectors.desks.selectors import child, newest, require_answer, standing
from privacy.connectors.desks.vocabulary import Ask, Why
from privacy.kernel import clock
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
)

if TYPE_CHECKING:
    from privacy.connectors.desks.kind import DeskSpec

BY_HAND = "People do this there, and answer for it: the question is open in the case."


class DeskHandler(Handler):
    """One desk."""

    is_transactional = False

    def __init__(self, spec: "DeskSpec") -> None:
        self.key = self.system = spec.key
        self.label = spec.label
        self._spec = spec

    # --- reading ---------------------------------------------------------------------------------
    def find(self, person: Person) -> Sequence[Found]:
        _, lines = standing(newest(self.key, person))
        return [Found(line.table, line.found) for line in lines]

    def export(self, person: Person) -> Iterator[Record]:
        row = newest(self.key, person, (Ask.EXPORT,))
        categories = {line.table: line.category for line in row.lines.all()}
        for copy in row.copies.iterator(chunk_size=200):
            yield Record(copy.table, categories[copy.table], row_of(copy), attachment_of(copy))

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=BY_HAND)
        source, lines = standing(newest(self.key, person))
        if source.why:
            return HandlerPlan(self.key, action, not_offered=f"Its people could not look: {Why(source.why).label}.")
        tables = [table for line in lines for table in _tables(source, line)]
        return HandlerPlan(self.key, action, tuple(tables))

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Ask people to do it, once, and say what they answered. Each removed thing is counted once."""
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        source = _source(self.key, chunk.keys[0])
        erased = ask_after(self._spec, source, Ask.ERASE, now=clock.now())
        require_answer(erased)
        line = erased.lines.get(table=chunk.plan.table)
        numbers = [int(key.rpartition(":")[2]) for key in chunk.keys]
        return _counted(line, numbers, self.label)

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask people to look again, another one where there is one, and wait for what they say."""
        keys = [table.keys[0] for table in frozen.tables if table.treatment is Treatment.DELETE and table.keys]
        sources = {source.pk: source for source in (_source(self.key, key) for key in keys)}
        if not sources:
            return []
        erased = child(max(sources.values(), key=lambda each: each.asked_at), Ask.ERASE)
        if erased is None:
            raise HandlerUnavailable("its people have not been asked to remove anything yet")
        require_answer(erased)
        if not any(line.removed for line in erased.lines.all()):
            return []
        looked = ask_after(self._spec, erased, Ask.VERIFY, now=clock.now())
        require_answer(looked)
        return [
            Residual(line.table, line.table, "found beyond the approved plan", SUPPLEMENT, line.found)
            for line in looked.lines.all()
            if line.found
        ]


def _tables(source: DeskQuestion, line: DeskLine) -> Iterator[TablePlan]:
    """What goes first, then what has to stay: keys are numbers of what was found."""
    going = line.found - min(line.found, line.kept)
    keys = tuple(f"{source.pk}:{line.position}:{number}" for number in range(1, line.found + 1))
    if going:
        note = "People remove it and answer for it; then it is looked for again."
        yield TablePlan(line.table, Treatment.DELETE, keys[:going], note=note)
    if keys[going:]:
        yield TablePlan(line.table, Treatment.RETAIN, keys[going:], ground=line.ground, until=line.until)


def _source(desk: str, key: str) -> DeskQuestion:
    """The answer that a key counts in; HandlerUnavailable for one that is not this desk's."""
    found = DeskQuestion.objects.filter(pk=key.split(":", maxsplit=1)[0], desk=desk).first()
    if found is None:
        raise HandlerUnavailable("the answer that this rests on is gone")
    return found


def _counted(line: DeskLine, numbers: Sequence[int], label: str) -> ChunkResult:
    """The first of the numbers are those removed, then those that stay, then those that could not be removed."""
    removed = [number for number in numbers if number <= line.removed]
    kept = [number for number in numbers if line.removed < number <= line.removed + line.kept]
    failed = len(numbers) - len(removed) - len(kept)
    new = [number for number in removed if number > line.counted]
    if new:
        DeskLine.objects.filter(pk=line.pk, counted__lt=max(new)).update(counted=max(new))
    residuals = []
    if kept:
        facts: dict[str, Any] = {"rows": len(kept), "until": line.until}
        residuals.append(Residual(line.table, f"{line.table} that had to stay", line.ground, label, **facts))
    if failed:
        what = f"{line.table} that could not be removed: {Why(line.why).label}"
        residuals.append(Residual(line.table, what, line.why, label, rows=failed))
    return ChunkResult(
        removed=len(new), already_done=len(removed) - len(new), retained=len(kept), residuals=tuple(residuals)
    )

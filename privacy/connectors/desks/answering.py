"""Take the answer of people: counts for each thing that a desk holds, never a bare "done", with how one can see it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from privacy.audit.services import record
from privacy.connectors.desks.asking import answers_for
from privacy.connectors.desks.audit_events import ANSWERED
from privacy.connectors.desks.copies import STORE, Scan, keep_copies
from privacy.connectors.desks.kind import DeskSpec, staff_of
from privacy.connectors.desks.models import DeskLine, DeskQuestion
from privacy.connectors.desks.vocabulary import (
    ACTS,
    MOST_ROWS,
    SHORTEST_EVIDENCE,
    SOURCES,
    Ask,
    QuestionState,
    Result,
)
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotAllowed, StaleState
from privacy.personal_data.contract import Action
from privacy.personal_data.people import Answered, tell
from privacy.policy.selectors import today

ACTION_OF = {
    Ask.ERASE: Action.ERASE,
    Ask.RECTIFY: Action.RECTIFY,
    Ask.RESTRICT: Action.RESTRICT,
    Ask.OPT_OUT: Action.OPT_OUT,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What was found and done of one thing that a desk holds. None: nothing was said, which is no answer."""

    found: int | None = None
    removed: int | None = None
    kept: int | None = None
    ground: str = ""
    until: dt.date | None = None
    failed: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given. `lines` and `copies` by what the desk holds; `result` and `why` for an act, and `why`
    alone where nobody could look."""

    evidence: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    copies: Mapping[str, Sequence[dict[str, Any] | Scan]] = field(default_factory=dict)
    result: str = ""
    why: str = ""
    proof: Scan | None = None


def answer_question(*, question: DeskQuestion, spec: DeskSpec, given: Given, actor: Actor, now: dt.datetime) -> None:
    """Store an answer, once.

    Raises InvalidInput naming the field (`evidence`, `result`, `why`, or `found_N`, `removed_N`, `kept_N`, `ground_N`,
    `until_N`, `failed_N`, `why_N`, `rows_N` of the Nth thing), NotAllowed where another person has to look again,
    StaleState where it was answered before or its case is over.
    """
    if len(given.evidence.strip()) < SHORTEST_EVIDENCE:
        raise InvalidInput(_("Say where you looked and how one can see it, in a sentence."), field="evidence")
    require_other_eyes(question, spec, actor.id)
    lines = _lines(question, spec, given)
    made: list[str] = []
    try:
        with transaction.atomic():
            _store(question, given, lines, actor=actor, now=now, made=made)
    except BaseException:
        for file in made:
            STORE.remove(file)
        raise


def require_other_eyes(question: DeskQuestion, spec: DeskSpec, by: uuid.UUID | None) -> None:
    """Who removed it does not look again, where somebody else can. Raises NotAllowed."""
    removed_by = question.parent.answered_by if question.ask == Ask.VERIFY and question.parent else None
    if removed_by is None or removed_by != by:
        return
    owner = answers_for(spec, question)
    if any(user.pk != by for user in staff_of(owner)) or (spec.deputy and not staff_of(owner)):
        raise NotAllowed(_("You removed it. Somebody else looks whether anything is left."))


def _lines(question: DeskQuestion, spec: DeskSpec, given: Given) -> list[DeskLine]:
    """The lines of the answer, each checked."""
    if question.ask in ACTS:
        if given.result not in Result.values:
            raise InvalidInput(_("Choose how it ended."), field="result")
        if (given.result == Result.NOT_OFFERED) != bool(given.why):
            raise InvalidInput(_("Say why, exactly where it cannot be done."), field="why")
        return []
    if question.ask in SOURCES and given.why:
        return []
    asked = _asked(question)
    rows = []
    for number, (table, category) in enumerate(_holdings(question, spec)):
        check = {Ask.ERASE: _check_erased, Ask.VERIFY: _check_looked}.get(Ask(question.ask), _check_found)
        line = given.lines.get(table, Line())
        copies = given.copies.get(table, ())
        values = check(line, number, asked.get(table, 0), len(copies) if question.ask == Ask.EXPORT else None)
        rows.append(DeskLine(question=question, position=number, table=table, category=category, **values))
    return rows


def _holdings(question: DeskQuestion, spec: DeskSpec) -> list[tuple[str, str]]:
    """What an answer speaks about: after an answer the same things as that, else what the desk holds now."""
    if question.parent is not None:
        return list(question.parent.lines.values_list("table", "category"))
    return list(spec.holds.items())


def _asked(question: DeskQuestion) -> dict[str, int]:
    """How many of each were approved to go."""
    if question.ask != Ask.ERASE or question.parent is None:
        return {}
    return {line.table: line.found - min(line.found, line.kept) for line in question.parent.lines.all()}


def _number(value: int | None, name: str) -> int:
    if value is None:
        raise InvalidInput(_("Write a number; 0 where there is nothing."), field=name)
    if not 0 <= value <= MOST_ROWS:
        raise InvalidInput(_("A number from 0 to %(most)s.") % {"most": MOST_ROWS}, field=name)
    return value


def _check_found(line: Line, number: int, _asked: int, copies: int | None) -> dict[str, Any]:
    found = _number(copies if copies is not None else line.found, f"found_{number}")
    kept = _number(line.kept or 0, f"kept_{number}")
    if kept > found:
        raise InvalidInput(_("More cannot stay than was found."), field=f"kept_{number}")
    return {"found": found, **_staying(line, kept, number)}


def _check_erased(line: Line, number: int, asked: int, _copies: int | None) -> dict[str, Any]:
    if not asked:
        return {}
    removed = _number(line.removed, f"removed_{number}")
    kept, failed = _number(line.kept or 0, f"kept_{number}"), _number(line.failed or 0, f"failed_{number}")
    if removed + kept + failed != asked:
        raise InvalidInput(
            _("Account for all %(count)s: removed, staying and not possible together.") % {"count": asked},
            field=f"removed_{number}",
        )
    if bool(failed) != bool(line.why):
        raise InvalidInput(_("Say why, exactly where something could not be removed."), field=f"why_{number}")
    return {"removed": removed, "failed": failed, "why": line.why, **_staying(line, kept, number)}


def _check_looked(line: Line, number: int, _asked: int, _copies: int | None) -> dict[str, Any]:
    return {"found": _number(line.found, f"found_{number}")}


def _staying(line: Line, kept: int, number: int) -> dict[str, Any]:
    """What stays has a ground and a day."""
    if not kept:
        return {}
    if not line.ground:
        raise InvalidInput(_("Say on which ground it stays."), field=f"ground_{number}")
    if line.until is None or line.until < today():
        raise InvalidInput(_("Say until when it stays: a day to come."), field=f"until_{number}")
    return {"kept": kept, "ground": line.ground, "until": line.until}


def _store(
    question: DeskQuestion, given: Given, lines: list[DeskLine], *, actor: Actor, now: dt.datetime, made: list[str]
) -> None:
    """`made` gets the files that were written, for the caller to remove where this fails."""
    values: dict[str, Any] = {"result": given.result if question.ask in ACTS else "", "why": given.why}
    if given.proof is not None:
        sealed = STORE.put(given.proof.data)
        made.append(sealed.file)
        values.update(evidence_file=sealed.file, evidence_key=sealed.key)
    row = DeskQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if row.state != QuestionState.OPEN:
        raise StaleState(_("This was answered already, or its case is over. Load the page again."))
    values.update(state=QuestionState.ANSWERED, evidence=given.evidence.strip(), answered_at=now, answered_by=actor.id)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    DeskLine.objects.bulk_create(lines)
    if question.ask == Ask.EXPORT:
        made.extend(keep_copies(question, given.copies))
    counts = {name: sum(getattr(line, name) for line in lines) for name in ("found", "removed", "kept", "failed")}
    about: dict[str, Any] = {"system": question.desk, "ask": question.ask, **counts}
    record(
        ANSWERED,
        actor=actor,
        at=now,
        subject_id=question.subject_id,
        target=question,
        is_demo=question.is_demo,
        **about,
    )
    action = ACTION_OF.get(Ask(question.ask))
    result = given.result or ("done" if any(counts.values()) else "nothing_held")
    tell(Answered(question.about, question.desk, action, result, actor.id), now)

"""What every system answered to one right, by connectors, by tasks and by hand, put together and kept."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from dsr.models import RequestItem, SubjectRequest, SystemAnswer
from dsr.outcomes import STAYS, Decision, Kept, Said
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import handlers

OURS = "kept"


def outside_systems() -> dict[str, str]:
    """Key → label of every connected system that is not ours."""
    return {handler.key: handler.label for handler in handlers.everything() if handler.system != OURS}


Answers = Callable[[SubjectRequest, str], Mapping[str, Said]]
_answers: list[Answers] = []


def register_answers(answers: Answers) -> None:
    """Add what is known without asking staff again: for a case and a right, the key of a system, or of one thing in
    it → what it answered."""
    if answers not in _answers:
        _answers.append(answers)


def known_answers(subject_request: SubjectRequest, right: str) -> dict[str, Said]:
    """What systems answered already about a right, by connectors and by tasks."""
    known: dict[str, Said] = {}
    for answers in _answers:
        known |= answers(subject_request, right)
    return known


def whole_decision(decision: Decision, known: Mapping[str, Said]) -> Decision:
    """A decision with what is known of systems already; what was entered counts before it."""
    systems = {key: said.answer for key, said in known.items()} | dict(decision.systems)
    kept = {key: said.kept for key, said in known.items() if said.kept} | dict(decision.kept)
    return replace(decision, systems=systems, kept=kept)


def said_of(decision: Decision, known: Mapping[str, Said], labels: Mapping[str, str]) -> dict[str, Said]:
    """What each system of a whole decision answered; `labels`: of the systems that are connected."""
    names = {key: said.label for key, said in known.items()} | dict(labels)
    return {
        key: known[key]
        if key in known and known[key].answer == answer
        else Said(answer, names[key], decision.kept.get(key))
        for key, answer in decision.systems.items()
        if key in names
    }


ANSWERS = Ready(lambda item: SystemAnswer.objects.filter(item_id=item))


def note_system_answers(item: RequestItem, said: Mapping[str, Said], now: dt.datetime) -> list[SystemAnswer]:
    """Keep the answers with their right, in the caller's transaction; in place of those that were there."""
    if ANSWERS.any(item.pk):
        SystemAnswer.objects.filter(item=item).delete()
    if not said:
        return []
    return SystemAnswer.objects.bulk_create(_row(item, key, one, now) for key, one in said.items())


def _row(item: RequestItem, key: str, said: Said, now: dt.datetime) -> SystemAnswer:
    kept = said.kept if said.answer in STAYS else None
    return SystemAnswer(
        item=item,
        system=key,
        label=said.label[:300],
        answer=said.answer,
        ground=kept.ground if kept else "",
        words=kept.words if kept else "",
        review_on=kept.review_on if kept else said.on,
        created_at=now,
    )


def said_in(row: SystemAnswer) -> Said:
    """A kept answer, read back."""
    kept = Kept(row.ground, row.words, row.review_on) if row.answer in STAYS else None
    return Said(row.answer, row.label, kept, None if kept else row.review_on)

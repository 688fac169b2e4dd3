"""Reads of questions to people: the newest answer about a person, and what of it is still there."""

import uuid
from collections.abc import Sequence

from privacy.connectors.desks.asking import whom
from privacy.connectors.desks.models import DeskLine, DeskQuestion
from privacy.connectors.desks.vocabulary import SOURCES, Ask, QuestionState
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import HandlerUnavailable, Person
from privacy.personal_data.people import PeopleAsked

OPEN = Ready(lambda about: DeskQuestion.objects.filter(about=about, state=QuestionState.OPEN))
NOT_ASKED = "its people have not been asked about this person; they are asked for each case, within minutes"


def labels_waiting(about: uuid.UUID) -> list[str]:
    """The desks that still owe a case an answer, each with its day."""
    return [f"{row.label} ({row.get_ask_display()}, until {row.due_on})" for row in OPEN.all(about)]


def newest(desk: str, person: Person, asks: Sequence[str] = SOURCES) -> DeskQuestion:
    """The newest answer of a desk about a person. HandlerUnavailable where nobody was asked, or has not answered."""
    rows = DeskQuestion.objects.filter(desk=desk, ask__in=asks)
    if person.subject_ids:
        rows = rows.filter(subject_id__in=person.subject_ids)
    else:
        rows = rows.filter(subject=None, **whom(desk, person))
    row = rows.exclude(state=QuestionState.CLOSED).order_by("-asked_at", "-id").first()
    if row is None:
        raise HandlerUnavailable(NOT_ASKED)
    require_answer(row)
    return row


def require_answer(row: DeskQuestion) -> None:
    """PeopleAsked while a question is open: silence is no answer."""
    if row.state == QuestionState.OPEN:
        raise PeopleAsked(f"its people were asked and have until {row.due_on} to answer")


def child(row: DeskQuestion, ask: str) -> DeskQuestion | None:
    """The question that followed from this answer."""
    return DeskQuestion.objects.filter(parent=row, ask=ask).first()


def standing(row: DeskQuestion) -> tuple[DeskQuestion, list[DeskLine]]:
    """The answer that counts now, and its lines with what is still there as `found`: less what was removed since. Where
    a second look found more, that look counts."""
    while True:
        lines = list(row.lines.all())
        erased = child(row, Ask.ERASE)
        if erased is None or erased.state == QuestionState.OPEN:
            return row, lines
        looked = child(erased, Ask.VERIFY)
        if looked and looked.state != QuestionState.OPEN and any(line.found for line in looked.lines.all()):
            row = looked
            continue
        removed = {line.table: line.removed for line in erased.lines.all()}
        for line in lines:
            line.found -= min(line.found, removed.get(line.table, 0))
        return row, lines

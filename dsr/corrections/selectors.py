"""Reads of corrections: what each system answered, for the decision, the closing and the person."""

import datetime as dt
import json
from dataclasses import dataclass

from dsr.corrections.models import Correction, CorrectionResult, ResultState
from dsr.models import SubjectRequest
from dsr.outcomes import Said
from dsr.services.system_answers import outside_systems
from dsr.states import Answer, Right
from privacy.kernel.errors import DomainError
from privacy.kernel.ready import Ready

WAITING = (ResultState.PENDING, ResultState.UNAVAILABLE)
ANSWERS = {ResultState.DONE: Answer.DONE, ResultState.NOTHING_HELD: Answer.NOTHING_HELD}

UNCONFIRMED = Ready(
    lambda case: CorrectionResult.objects.filter(correction__subject_request_id=case, state__in=WAITING).values_list(
        "label", flat=True
    )
)


def answers_of_corrections(subject_request: SubjectRequest, right: str) -> dict[str, Said]:
    """Key of a system → its answer, where connectors corrected or found nothing; done outweighs nothing held."""
    if right != Right.RECTIFICATION:
        return {}
    rows = CorrectionResult.objects.filter(correction__subject_request=subject_request, state__in=ANSWERS)
    rows = rows.filter(handler__in=outside_systems())
    found: dict[str, Said] = {}
    for handler, label, state in rows.order_by("correction__created_at").values_list("handler", "label", "state"):
        if handler not in found or found[handler].answer != Answer.DONE:
            found[handler] = Said(ANSWERS[ResultState(state)].value, label)
    return found


def require_corrected(subject_request: SubjectRequest, _now: dt.datetime) -> None:
    """The listener of closing: DomainError where a system has not answered to a correction."""
    if (label := UNCONFIRMED.first(subject_request.pk)) is not None:
        raise DomainError(f"{label} has not confirmed the correction yet. Wait for it.", code="open_correction")


@dataclass(frozen=True, slots=True)
class Shown:
    """One correction as a page shows it: old and new values, and how far each system is."""

    category: str
    old: list[str]
    new: str
    results: list[CorrectionResult]


def shown_corrections(subject_request: SubjectRequest) -> list[Shown]:
    """The corrections of a case, in two questions."""
    rows = Correction.objects.filter(subject_request=subject_request).prefetch_related("results")
    return [_shown(row) for row in rows]


def _shown(row: Correction) -> Shown:
    results = list(row.results.all())
    old = dict.fromkeys(value for result in results for value in json.loads(result.old or "[]"))
    return Shown(category_words(row.category), list(old), row.new, results)


def category_words(code: str) -> str:
    """A category of data as people say it: the end of its code."""
    return code.removeprefix("user.").replace("contact.", "").replace(".", " ").replace("_", " ").capitalize()

"""Reads of notices: what a person may know, in the answer and on the page of the request."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dsr.models import SubjectRequest
from dsr.notices.answering import RIGHT_OF, said_in
from dsr.notices.models import Task
from dsr.notices.vocabulary import Event, TaskState
from dsr.outcomes import Said
from privacy.kernel.canonical import plain_of


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient: who, of what, how it stands (a code of NoticeState) and since when."""

    label: str
    event: str
    state: str
    at: dt.datetime


def told_about(subject_request: SubjectRequest) -> list[Told]:
    """Everybody who was told, by name: Article 19 gives the person this list on request."""
    return [
        Told(row.label, Event(row.event).label, row.state, row.acknowledged_at or row.sent_at or row.created_at)
        for row in subject_request.notices.all()
    ]


@dataclass(frozen=True, slots=True)
class Left:
    """What a system left behind, and who does what about it: `by` while somebody still does it, else `said`."""

    label: str
    why: str
    by: dt.date
    said: Said | None


def left_in_systems(subject_request: SubjectRequest) -> list[Left]:
    """What people do, or did, by hand because a system could not, in one question."""
    rows = Task.objects.filter(subject_request=subject_request, kind__in=RIGHT_OF).exclude(what="")
    return [
        Left(f"{row.label}: {row.what}", row.why, row.due_on, said_in(row) if row.state == TaskState.DONE else None)
        for row in rows.order_by("created_at", "label", "what")
    ]


ROW = (
    *("id", "kind", "about", "label", "what", "why", "how", "due_on", "state", "answer", "note"),
    *("ground", "words", "review_on", "reported_at", "created_at", "done_at", "done_by", "confirmed_by", "is_one_pair"),
)


def rows_of_tasks(subject_request: SubjectRequest) -> Iterator[dict[str, Any]]:
    """The tasks of a case as its evidence gives them."""
    for row in Task.objects.filter(subject_request=subject_request).order_by("created_at", "id"):
        yield {name: plain_of(getattr(row, name)) for name in ROW}

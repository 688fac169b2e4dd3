"""The registers of decisions, page by page: codes, dates and references, and nobody's name."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dsr.decisions.models import Appeal, Proposal
from dsr.decisions.vocabulary import ProposalState
from dsr.grounds import GROUNDS, Ground
from dsr.models import HistoryRow, RequestItem, SubjectRequest, SystemAnswer
from dsr.plain_tables import spoken
from dsr.reports.reading import answered_by_hand, kept_in_systems
from dsr.retained.models import RetainedSet
from dsr.rights import label_of
from dsr.states import Right
from privacy.kernel.errors import NotFound

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a register."""

    at: dt.datetime | None
    case: Any
    what: str
    outcome: str
    ground: str = ""
    until: dt.date | None = None

    @property
    def why(self) -> Ground | None:
        """The ground in words."""
        return GROUNDS.get(self.ground)


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is the key of the next page; empty on the last."""

    rows: list[Row]
    after: str


Found = list[tuple[uuid.UUID, Row]]


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of decision that people look through; by its ground, where it has one."""

    title: str
    read: Callable[[uuid.UUID | None, str], Found]
    has_grounds: bool = False


def _following(rows: "QuerySet[Any]", order: str, last: Any, after: uuid.UUID | None) -> "QuerySet[Any]":
    """The newest first, those behind the last one that was shown."""
    if after and last:
        rows = rows.filter(Q(**{f"{order}__lt": last}) | Q(**{order: last, "pk__lt": after}))
    return rows.order_by(f"-{order}", "-pk")[: PAGE + 1]


def _place(model: Any, order: str, after: uuid.UUID | None) -> Any:
    return model.objects.filter(pk=after).values_list(order, flat=True).first() if after else None


def _items(found: Q, order: str) -> Callable[[uuid.UUID | None, str], Found]:
    def read(after: uuid.UUID | None, ground: str) -> Found:
        rows = RequestItem.objects.filter(found, **({"ground": ground} if ground else {}))
        rows = rows.select_related("subject_request")
        return [
            (row.pk, Row(row.decided_at, row.subject_request, label_of(row.right), row.outcome or "open", row.ground))
            for row in _following(rows, order, _place(RequestItem, order, after), after)
        ]

    return read


def _kept(after: uuid.UUID | None, ground: str) -> Found:
    """What single systems did not do: by hand, as a person answered for them, and what erasures left there."""
    last = _place(SystemAnswer, "created_at", after) or _place(RetainedSet, "created_at", after)
    wanted = {"ground": ground} if ground else {}
    by_hand = answered_by_hand().filter(**wanted).select_related("item__subject_request")
    kept = kept_in_systems().filter(**wanted).select_related("subject_request")
    rows: list[Any] = [*_following(by_hand, "created_at", last, after), *_following(kept, "created_at", last, after)]
    rows.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    return [(row.pk, _kept_row(row)) for row in rows[: PAGE + 1]]


def _kept_row(row: SystemAnswer | RetainedSet) -> Row:
    if isinstance(row, SystemAnswer):
        case, what = row.item.subject_request, f"{label_of(row.item.right)}: {row.label}"
        return Row(row.created_at, case, what, row.get_answer_display(), row.ground, row.review_on)
    what = f"{label_of(Right.ERASURE)}: {row.label}, {spoken(row.table)}"
    return Row(row.created_at, row.subject_request, what, row.get_state_display(), row.ground, row.until)


def _extensions(after: uuid.UUID | None, _ground: str) -> Found:
    rows = HistoryRow.objects.filter(kind="extended")
    found = list(_following(rows, "at", _place(HistoryRow, "at", after), after))
    cases = SubjectRequest.objects.in_bulk([row.subject_request_id for row in found])
    known = [(row, cases[row.subject_request_id]) for row in found if row.subject_request_id in cases]
    return [(row.pk, Row(row.at, case, "More time", "extended", until=case.due_on)) for row, case in known]


def _appeals(after: uuid.UUID | None, _ground: str) -> Found:
    rows = Appeal.objects.select_related("subject_request")
    return [
        (row.pk, Row(row.received_at, row.subject_request, f"Appeal {row.number}", row.state, until=row.due_on))
        for row in _following(rows, "received_at", _place(Appeal, "received_at", after), after)
    ]


def _proposals(after: uuid.UUID | None, _ground: str) -> Found:
    rows = Proposal.objects.filter(state=ProposalState.PROPOSED).select_related("subject_request", "item")
    if after and (last := _place(Proposal, "proposed_at", after)):
        rows = rows.filter(Q(proposed_at__gt=last) | Q(proposed_at=last, pk__gt=after))
    return [
        (
            row.pk,
            Row(
                row.proposed_at,
                row.subject_request,
                label_of(row.item.right) if row.item else "The whole request",
                row.outcome,
                row.ground,
            ),
        )
        for row in rows.order_by("proposed_at", "pk")[: PAGE + 1]
    ]


REGISTERS: dict[str, Register] = {
    "waiting": Register("Waiting for a second person", _proposals),
    "refusals": Register(
        "Refusals, whole and in part",
        _items(Q(outcome__in=["refused", "partly"], decided_at__isnull=False), "decided_at"),
        has_grounds=True,
    ),
    "kept": Register("Kept by single systems", _kept, has_grounds=True),
    "extensions": Register("Extensions", _extensions),
    "complaints": Register("Complaints to us", _items(Q(right=Right.COMPLAINT), "subject_request__received_at")),
    "appeals": Register("Appeals", _appeals),
}


def register_page(name: str, after: str, ground: str = "") -> Page:
    """One page of a register, in a fixed number of queries. NotFound for a key or a ground that is none."""
    try:
        key = uuid.UUID(after) if after else None
    except ValueError:
        raise NotFound("There is no such page.") from None
    register = REGISTERS[name]
    if ground and (ground not in GROUNDS or not register.has_grounds):
        raise NotFound("There is no such ground.")
    found = register.read(key, ground)
    return Page([row for _key, row in found[:PAGE]], str(found[PAGE - 1][0]) if len(found) > PAGE else "")

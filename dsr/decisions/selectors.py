"""The registers of decisions, page by page: codes, dates and references, and nobody's name."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from dsr.decisions.models import Appeal, Proposal
from dsr.decisions.vocabulary import ProposalState
from dsr.models import RequestItem
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
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is the key of the next page; empty on the last."""

    rows: list[Row]
    after: str


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of decision that people look through."""

    title: str
    read: Callable[[uuid.UUID | None], list[tuple[uuid.UUID, Row]]]


def _items(found: Q, order: str) -> Callable[[uuid.UUID | None], list[tuple[uuid.UUID, Row]]]:
    def read(after: uuid.UUID | None) -> list[tuple[uuid.UUID, Row]]:
        rows = RequestItem.objects.filter(found).select_related("subject_request")
        if after:
            last = RequestItem.objects.filter(pk=after).values_list(order, flat=True).first()
            rows = rows.filter(Q(**{f"{order}__lt": last}) | Q(**{order: last, "pk__lt": after})) if last else rows
        return [
            (row.pk, Row(row.decided_at, row.subject_request, label_of(row.right), row.outcome or "open", row.ground))
            for row in rows.order_by(f"-{order}", "-pk")[: PAGE + 1]
        ]

    return read


def _appeals(after: uuid.UUID | None) -> list[tuple[uuid.UUID, Row]]:
    rows = Appeal.objects.select_related("subject_request").order_by("-received_at", "-pk")
    if after and (last := Appeal.objects.filter(pk=after).values_list("received_at", flat=True).first()):
        rows = rows.filter(Q(received_at__lt=last) | Q(received_at=last, pk__lt=after))
    return [
        (row.pk, Row(row.received_at, row.subject_request, f"Appeal {row.number}", row.state, f"due {row.due_on}"))
        for row in rows[: PAGE + 1]
    ]


def _proposals(after: uuid.UUID | None) -> list[tuple[uuid.UUID, Row]]:
    rows = Proposal.objects.filter(state=ProposalState.PROPOSED).select_related("subject_request", "item")
    if after and (last := Proposal.objects.filter(pk=after).values_list("proposed_at", flat=True).first()):
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
    ),
    "complaints": Register("Complaints to us", _items(Q(right=Right.COMPLAINT), "subject_request__received_at")),
    "appeals": Register("Appeals", _appeals),
}


def register_page(name: str, after: str) -> Page:
    """One page of a register, in a fixed number of queries. NotFound for a key that is none."""
    try:
        key = uuid.UUID(after) if after else None
    except ValueError:
        raise NotFound("There is no such page.") from None
    found = REGISTERS[name].read(key)
    return Page([row for _key, row in found[:PAGE]], str(found[PAGE - 1][0]) if len(found) > PAGE else "")

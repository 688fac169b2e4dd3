"""What a report reads: one plain row for each right that was asked for or answered in a year, without a person."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from dsr.models import Clock, HistoryRow, RequestItem, SystemAnswer
from dsr.plain_tables import OURS
from dsr.retained.models import RetainedSet
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.together import fetch_together

FIRST_YEAR, LAST_YEAR = 2018, 2200
PAGE = 2000
PLACES = {"all": "everybody", "california": "people in California"}
CALIFORNIA = "US-CA"
Row = TypeVar("Row", "Asked", "Stayed")
UNANSWERED = frozenset({"converted"})  # another right took its place and is counted itself


@dataclass(frozen=True, slots=True)
class Asked:
    """One right of one request, in local days. `due_on` is by the newest clock; `decided_on` None while it is open."""

    case: object
    right: str
    channel: str
    regime: str
    region: str
    state: str
    outcome: str
    ground: str
    received_on: dt.date
    decided_on: dt.date | None
    closed_on: dt.date | None
    due_on: dt.date | None

    @property
    def days(self) -> int | None:
        """Days from receipt to the decision; None while there is none."""
        return (self.decided_on - self.received_on).days if self.decided_on else None


@dataclass(frozen=True, slots=True)
class Stayed:
    """One ground on which one system did not do what one right asked for."""

    region: str
    ground: str


def check_year(year: int) -> int:
    """The year, where it is one that a report can be made of; InvalidInput otherwise."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(f"Give a year from {FIRST_YEAR} on.", field="year")
    return year


def of_place(rows: Iterable[Row], place: str) -> Iterator[Row]:
    """Those of them that belong to the figures of this place."""
    return (row for row in rows if place != "california" or row.region == CALIFORNIA)


def asked_in(year: int) -> Iterator[Asked]:
    """Every right that was received, decided or closed in this year, in one statement."""
    begin, end = bounds(year)
    touched = Q()
    for column in ("subject_request__received_at", "decided_at", "subject_request__closed_at"):
        touched |= Q(**{f"{column}__gte": begin, f"{column}__lt": end})
    newest = Clock.objects.filter(item=OuterRef("pk"), kind="respond").order_by("-number")
    rows = RequestItem.objects.filter(touched, subject_request__is_demo=False).exclude(outcome__in=UNANSWERED)
    values = rows.annotate(due=Subquery(newest.values("due_on")[:1])).values_list(
        "subject_request_id",
        "right",
        *(f"subject_request__{name}" for name in ("channel", "regime", "home_regime", "region", "state")),
        *("outcome", "ground", "subject_request__received_at", "decided_at", "subject_request__closed_at", "due"),
    )
    for row in values.iterator(chunk_size=PAGE):
        case, right, channel, regime, home, region, state, outcome, ground, received, decided, closed, due = row
        yield Asked(
            case=case,
            right=right,
            channel=channel,
            regime=regime or home,
            region=region,
            state=state,
            outcome=outcome,
            ground=ground,
            received_on=_local(received),
            decided_on=_local(decided) if decided else None,
            closed_on=_local(closed) if closed else None,
            due_on=due,
        )


def beside(year: int, kinds: set[str]) -> tuple[list[Stayed], dict[str, int]]:
    """What stayed in single systems, and in how many requests each of these things happened, in this year; in one
    statement."""
    by_hand, kept, happened = _by_hand(year), _kept(year), _happened(year, kinds)
    fetch_together(by_hand, kept, happened)
    stayed = [Stayed(region, ground) for *_, ground, region in (*by_hand, *kept)]
    return stayed, {**dict.fromkeys(sorted(kinds), 0), **dict(happened)}


def answered_by_hand() -> "QuerySet[SystemAnswer]":
    """What a person answered for one system where it stays, with the ground."""
    return SystemAnswer.objects.exclude(ground="").order_by()


def kept_in_systems() -> "QuerySet[RetainedSet]":
    """What erasures kept in single systems; but not what our own tables keep of everybody, as the policy says."""
    return RetainedSet.objects.filter(Q(is_held=True) | ~Q(system=OURS)).order_by()


def _by_hand(year: int) -> Any:
    decided = {f"item__{name}": value for name, value in _decided(year).items()}
    rows = answered_by_hand().filter(**decided)
    return rows.values_list("item", "system", "ground", "item__subject_request__region")


def _kept(year: int) -> Any:
    """Of the erasures of the year, each ground of a system once."""
    erased = RequestItem.objects.filter(right=Right.ERASURE, **_decided(year)).values("subject_request")
    rows = kept_in_systems().filter(subject_request__in=erased)
    return rows.values_list("subject_request", "system", "ground", "subject_request__region").distinct()


def _happened(year: int, kinds: set[str]) -> Any:
    begin, end = bounds(year)
    rows = HistoryRow.objects.filter(is_demo=False, at__gte=begin, at__lt=end, kind__in=kinds).order_by()
    return rows.values_list("kind").annotate(requests=Count("subject_request_id", distinct=True))


def _decided(year: int) -> dict[str, Any]:
    begin, end = bounds(year)
    return {"decided_at__gte": begin, "decided_at__lt": end, "subject_request__is_demo": False}


def bounds(year: int) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a year here, and the first after it."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    return clock.midnight(first, settings.KEPT_TIME_ZONE), clock.midnight(after, settings.KEPT_TIME_ZONE)


def _local(at: dt.datetime) -> dt.date:
    return clock.local_date(at, settings.KEPT_TIME_ZONE)

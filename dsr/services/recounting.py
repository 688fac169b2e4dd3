"""Count open requests again after a calendar or a rule changed: first what would change, then rows beside the old.

Rows are appended only where a count came out otherwise; what is decided or met stays as it was.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from dsr.models import Clock, HistoryRow, RequestItem, SubjectRequest
from dsr.periods import CLOCK_WORDS, RESPOND
from dsr.services.clocks import count_every_clock, event_of, recompute_every_clock
from dsr.services.counting import Counted, laws_of_case, with_promise
from dsr.states import OPEN
from dsr.timekeeping.selectors import local_days
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.deadlines.engine import KNOWN_EVENTS
from privacy.kernel.together import fetch_together

KIND = "dsr.recount"
PAGE = 200
FIRST = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Change:
    """A date of an open request that would come out otherwise. `old_due_on` is None for a clock that is new."""

    case: SubjectRequest
    what: str
    old_due_on: dt.date | None
    due_on: dt.date
    safe_on: dt.date


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a recount would change, over the requests that were looked at."""

    looked_at: int
    is_cut: bool
    changes: list[Change] = field(default_factory=list)


def proposals(*, limit: int) -> Proposals:
    """Which dates of the most urgent open requests would change. Reads only."""
    cases = list(SubjectRequest.objects.filter(state__in=OPEN).order_by("safe_on", "id")[: limit + 1])
    return Proposals(min(len(cases), limit), len(cases) > limit, changes_of(cases[:limit]))


def changes_of(cases: Sequence[SubjectRequest]) -> list[Change]:
    """Which dates of these requests would change. Reads only, and asks as often for one as for many."""
    keys = [case.pk for case in cases]
    items = RequestItem.objects.filter(subject_request__in=keys, decided_at=None).order_by("right")
    clocks = Clock.objects.filter(item__subject_request__in=keys).order_by("number")
    moved = HistoryRow.objects.filter(subject_request_id__in=keys, kind__in=KNOWN_EVENTS).order_by("at", "id")
    fetch_together(items, clocks, moved)
    in_force = {(row.item_id, row.kind): row for row in clocks}
    events, asked = defaultdict(list), defaultdict(list)
    for row in moved:
        events[row.subject_request_id].append(event_of(row))
    for item in items:
        asked[item.subject_request_id].append(item)
    days = local_days({law.calendar for case in cases for law in laws_of_case(case)})
    with_promise(cases)
    changes = []
    for case in cases:
        for item, kind, counted in count_every_clock(case, asked[case.pk], tuple(events[case.pk]), days):
            if change := _change(case, item, kind, in_force.get((item.pk, kind)), counted):
                changes.append(change)
    return changes


def _change(case: SubjectRequest, item: RequestItem, kind: str, old: Clock | None, counted: Counted) -> Change | None:
    due_on, safe_on = counted.deadline.due_on, counted.deadline.safe_on
    if old is not None and (old.met_at is not None or (old.due_on, old.safe_on) == (due_on, safe_on)):
        return None
    what = item.get_right_display() + ("" if kind == RESPOND else f": {CLOCK_WORDS[kind].lower()}")
    return Change(case, what, old.due_on if old else None, due_on, safe_on)


@transaction.atomic
def ask_for_recount(*, actor: Actor, now: dt.datetime) -> None:
    """Have every open request counted again, page by page, by jobs. Asking twice in a minute asks once."""
    payload: dict[str, str | int] = {"after": str(FIRST), "by": str(actor.id or "")}
    enqueue(KIND, idem_key=f"{KIND}:{now:%Y%m%d%H%M}:{FIRST}", payload=payload, now=now)


@transaction.atomic
def recount_page(*, after: uuid.UUID, actor: Actor, now: dt.datetime) -> tuple[int, int, uuid.UUID | None]:
    """Count a page of open requests again. Returns how many were looked at, how many rows came beside the old,
    and where the next page begins, None after the last."""
    cases = list(SubjectRequest.objects.filter(state__in=OPEN, pk__gt=after).order_by("pk")[:PAGE])
    rows = sum(len(recompute_every_clock(subject_request=case, actor=actor, now=now)) for case in cases)
    return len(cases), rows, cases[-1].pk if len(cases) == PAGE else None


def recount_all(*, actor: Actor = SYSTEM, now: dt.datetime) -> tuple[int, int]:
    """Count every open request again, in transactions of a page. Returns requests looked at and rows added."""
    after: uuid.UUID | None = FIRST
    looked_at = added = 0
    while after is not None:
        count, rows, after = recount_page(after=after, actor=actor, now=now)
        looked_at, added = looked_at + count, added + rows
    return looked_at, added

"""Count open requests again after a calendar or a rule changed: first what would change, then rows beside the old.

Rows are appended only where a count came out otherwise; what is decided or met stays as it was.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.db import transaction

from dsr.models import SubjectRequest
from dsr.periods import CLOCK_WORDS, RESPOND
from dsr.services.clocks import every_clock_in_force, recompute_every_clock, would_be_counted
from dsr.states import OPEN
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor

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
    found = Proposals(min(len(cases), limit), len(cases) > limit)
    for case in cases[:limit]:
        found.changes.extend(changes_of(case))
    return found


def changes_of(case: SubjectRequest) -> list[Change]:
    """Which dates of one request would change. Reads only."""
    in_force = {(row.item_id, row.kind): row for row in every_clock_in_force(case)}
    changes = []
    for item, kind, counted in would_be_counted(case):
        old = in_force.get((item.pk, kind))
        due_on, safe_on = counted.deadline.due_on, counted.deadline.safe_on
        if old is None or (old.met_at is None and (old.due_on, old.safe_on) != (due_on, safe_on)):
            what = item.get_right_display() + ("" if kind == RESPOND else f": {CLOCK_WORDS[kind].lower()}")
            changes.append(Change(case, what, old.due_on if old else None, due_on, safe_on))
    return changes


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

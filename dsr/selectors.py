"""Reads for the screens of legal, with a fixed number of queries."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from dsr.grounds import GROUNDS
from dsr.models import Clock, Contact, ErasurePlan, HistoryRow, RequestItem, SubjectRequest
from dsr.periods import CLOCK_WORDS, REASK
from dsr.plain_tables import OURS, data_of, kinds_of, system_of, values_in_words
from dsr.states import OPEN, State
from privacy.kernel import clock
from privacy.kernel.lookups import among
from privacy.kernel.ready import Ready

IS_OPEN = among("state", OPEN)  # in the words of the index of open requests
APPROVED_PLANS = Ready(
    lambda case: ErasurePlan.objects.filter(subject_request_id=case, state="approved").order_by("number")
)
ITEMS = Ready(
    lambda case: RequestItem.objects.filter(subject_request_id=case).select_related("answer").order_by("right")
)
CONTACT = Ready(lambda case: Contact.objects.filter(subject_request_id=case))


def queue() -> "QuerySet[SubjectRequest]":
    """Every request with what a list shows, the most urgent first."""
    return SubjectRequest.objects.prefetch_related("items").order_by("-priority", "safe_on", "id")


def open_queue() -> "QuerySet[SubjectRequest]":
    """Requests that still need somebody."""
    return queue().filter(IS_OPEN)


def items_of(case: SubjectRequest) -> list[RequestItem]:
    """The rights asked for in a case as they stand, each with its answer."""
    items = ITEMS.all(case.pk)
    for item in items:
        item.subject_request = case
    return items


def contact_of(case: SubjectRequest) -> Contact:
    """How to reach the person of a case, asked for once. Raises ObjectDoesNotExist where it went already."""
    if "contact" not in case._state.fields_cache:
        CONTACT.get(case.pk).subject_request = case  # each knows the other
    return case.contact


AT_ONCE = {"filed": 0, "clocks_started": 1, "confirmed": 2, "letter_written": 8, "closed": 9}  # within one moment


def history_of(subject_request: SubjectRequest) -> list[HistoryRow]:
    """What happened, in the order in which it happened."""
    return in_order(HistoryRow.objects.filter(subject_request_id=subject_request.pk))


def in_order(rows: Iterable[HistoryRow]) -> list[HistoryRow]:
    """In the order in which it happened; what was written within one moment as it follows from each other."""
    return sorted(rows, key=lambda row: (row.at, AT_ONCE.get(row.kind, 5), row.pk))


NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One of the three parts of a preview: what goes, what stays, where nothing is."""

    code: str
    title: str
    lines: list[dict[str, Any]]

    @property
    def rows(self) -> int:
        return sum(line.get("rows", 0) for line in self.lines)

    @property
    def parts(self) -> list[tuple[bool, list[dict[str, Any]]]]:
        """The lines to show at once (False), and those to fold away (True): our own tables that hold nothing."""
        folded = [line for line in self.lines if self.code == NOTHING and line["system"] == OURS and not line["note"]]
        shown = [line for line in self.lines if line not in folded]
        return [part for part in ((False, shown), (True, folded)) if part[1]]


def buckets(summary: list[dict[str, Any]]) -> list[Bucket]:
    """A preview's summary sorted into erased, blanked, kept, and not found or not offered."""
    parts: dict[str, list[dict[str, Any]]] = {"delete": [], "anonymize": [], "retain": []}
    rest: list[dict[str, Any]] = []
    kinds = kinds_of()
    for handler in summary:
        about = {"system": handler["system"], "label": handler["label"], "where": system_of(handler)}
        about["kind"] = kinds.get(handler["handler"], "")
        for table in handler["tables"]:
            ground = GROUNDS.get(table["ground"])
            words = {"words": ground, "name": data_of(handler, table), "gone": values_in_words(table["fields"])}
            words["stay"] = values_in_words(table["kept_fields"])
            parts[table["treatment"]].append({**about, **table, **words})
        if not handler["tables"]:
            rest.append({**about, "rows": 0, "note": handler["not_offered"]})
    return [
        Bucket("erased", "Will be erased", parts["delete"]),
        Bucket("blanked", "Will be blanked; the row stays", parts["anonymize"]),
        Bucket("kept", "Stays, with a ground", parts["retain"]),
        Bucket(NOTHING, "Nothing held", rest),
    ]


def read_summary(plan: ErasurePlan) -> list[Bucket]:
    """The buckets of a frozen plan."""
    return buckets(json.loads(plan.summary))


def other_days(row: Clock) -> list[tuple[str, dt.date]]:
    """The other days of the same right that still matter, in words: the last one to take more time, and the like."""
    rows = Clock.objects.filter(item=row.item_id).exclude(kind=row.kind).order_by("number")
    newest = {each.kind: each for each in rows}
    return [(CLOCK_WORDS[kind], each.due_on) for kind, each in newest.items() if not each.met_at and kind != REASK]


def clock_in_short(row: Clock) -> str:
    """What decides a due date, in a few words; the trace says the rest."""
    inputs = json.loads(row.inputs)
    received_on = clock.local_date(dt.datetime.fromisoformat(inputs["received_at"]), inputs["timezone"])
    decides = f"{inputs['promise_days']} days as we promise" if row.promise_on == row.due_on else row.profile
    return f"{decides}, from {received_on.isoformat()}"


def days_left(subject_request: SubjectRequest, today: dt.date) -> int | None:
    """Days until `safe_on`; negative when it has passed."""
    return (subject_request.safe_on - today).days if subject_request.safe_on else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many open requests wait for whom."""

    us: int
    person: int
    second: int
    system: int


WAITING = {
    "everybody": Count("pk"),
    "unconfirmed": Count("pk", filter=Q(state=State.UNCONFIRMED)),
    "asked": Count("pk", filter=Q(state=State.RECEIVED, awaits_person=True)),
    "second": Count("pk", filter=Q(state=State.PREPARED)),
    "system": Count("pk", filter=Q(state__in=[State.RUNNING, State.BLOCKED])),
}  # over open requests, for `waiting_of`


def waiting_of(counts: dict[str, int]) -> Waiting:
    """Whose move it is: the person's where the address is not confirmed or a question of ours is open; a second
    person's over a plan; a system's in a run; else ours."""
    others = counts["unconfirmed"] + counts["asked"], counts["second"], counts["system"]
    return Waiting(counts["everybody"] - sum(others), *others)


def waiting_for_whom() -> Waiting:
    """Whose move it is, over all open requests, in one query."""
    return waiting_of(SubjectRequest.objects.filter(IS_OPEN).aggregate(**WAITING))

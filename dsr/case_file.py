"""Everything the case page shows of a case. It is of many tables, and asked in one statement."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dsr.correspondence.selectors import Entry, ThreadRows, thread_of
from dsr.decisions.services import open_proposals
from dsr.explaining import short_trace
from dsr.models import Clock, ErasurePlan, HistoryRow, ReceiptRow, RequestItem, Step, SubjectRequest
from dsr.periods import CLOCK_WORDS
from dsr.plain_tables import OURS
from dsr.selectors import in_order
from dsr.services.asking import open_questions
from dsr.services.closing import all_steps
from dsr.services.lifting import open_restrictions
from dsr.services.releasing import packages_of
from dsr.states import Answer
from dsr.timekeeping.forecasting import Forecast, forecast
from dsr.timekeeping.models import StepTime
from privacy.kernel.together import fetch_together
from privacy.personal_data.models import PreparedPackage, Restriction


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A clock in force with what it is about and its reckoning in one line."""

    row: Clock
    what: str
    in_short: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the case page shows."""

    subject_request: SubjectRequest
    items: list[RequestItem]
    clocks: list[ShownClock]
    history: list[HistoryRow]
    plans: list[ErasurePlan]
    steps: list[Step]
    receipt: ReceiptRow | None
    package: PreparedPackage | None
    restriction: Restriction | None
    proposals: list[Any]
    thread: list[Entry]
    forecast: Forecast | None
    open_questions: list[str]

    @property
    def with_something(self) -> list[Step]:
        """What the matrix shows at once: what has something to say, and every outside system."""
        return [step for step in self.steps if step.answer != Answer.NOTHING_HELD or step.system != OURS]

    @property
    def with_nothing(self) -> list[Step]:
        """Our own tables that were asked and hold nothing: most of them, nearly always."""
        return [step for step in self.steps if step.answer == Answer.NOTHING_HELD and step.system == OURS]


def case_file(case: SubjectRequest, now: dt.datetime) -> CaseFile:
    """The case with its rights, clocks in force, history, plans, systems, receipt, package, decisions and thread."""
    said = ThreadRows(case)
    items = RequestItem.objects.filter(subject_request=case).order_by("right")
    clocks = Clock.objects.filter(item__subject_request=case).select_related("item").order_by("number")
    history = HistoryRow.objects.filter(subject_request_id=case.pk)
    plans = ErasurePlan.objects.filter(subject_request=case).select_related("approval").order_by("number")
    steps = all_steps(case.pk)
    receipts = ReceiptRow.objects.filter(subject_request_id=case.pk).order_by("-at")[:1]
    packages = packages_of(case.pk)[:1]
    restrictions = open_restrictions(case)
    proposals = open_proposals(case).select_related("item")
    times = StepTime.objects.all()
    own = (items, clocks, history, plans, steps, receipts, packages, restrictions, proposals, times)
    fetch_together(*own, *said.all)
    return CaseFile(
        subject_request=case,
        items=list(items),
        clocks=_in_force(clocks),
        history=[row for row in in_order(history) if row.kind != "system_answered"],  # the systems have a table
        plans=list(plans),
        steps=list(steps),
        receipt=next(iter(receipts), None),
        package=next(iter(packages), None),
        restriction=next(iter(restrictions), None),
        proposals=list(proposals),
        thread=thread_of(case, with_staff_notes=True, rows=said),
        forecast=forecast(case, now, items=items, history=history, times=times),
        open_questions=open_questions(case, history),
    )


def _in_force(clocks: Any) -> list[ShownClock]:
    """The newest of each right and kind."""
    order = list(CLOCK_WORDS)
    newest = {(row.item_id, row.kind): row for row in clocks}.values()
    shown = sorted(newest, key=lambda row: (row.item.right, order.index(row.kind)))
    return [ShownClock(row, CLOCK_WORDS[row.kind], short_trace(row)) for row in shown]

"""When a request will probably be answered, from how long the steps of others took; beside its safe day."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings

from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.states import OPEN, State
from dsr.timekeeping.models import StepTime
from privacy.kernel import clock

ENOUGH = 5  # finished requests; fewer say nothing
WAY = (State.UNCONFIRMED, State.RECEIVED, State.PREPARED, State.RUNNING)  # a blocked run is no usual step
USUAL = 0.5  # of those that stood in the present state, so many also stood in a later one


@dataclass(frozen=True, slots=True)
class Forecast:
    """`on`: the day on which it will probably be answered; None where too few were finished (`samples`)."""

    on: dt.date | None
    safe_on: dt.date | None
    samples: int
    is_longer: bool = False

    @property
    def tone(self) -> str:
        """The color of the word."""
        return {"likely in time": "ok", "likely late": "danger"}.get(self.word, "info")

    @property
    def word(self) -> str:
        """In a plain word."""
        if self.on is None or self.safe_on is None:
            return "not known yet"
        return "likely in time" if self.on <= self.safe_on else "likely late"

    @property
    def sentence(self) -> str:
        """With what it rests on."""
        if self.on is None:
            return f"Not known yet: {self.samples} such requests were finished, {ENOUGH} are needed."
        longer = " It has stood where it is for longer than usual." if self.is_longer else ""
        beside = f", {self.word} for its safe day {self.safe_on}" if self.safe_on else ""
        return f"Probably answered by {self.on}{beside}; by the median of {self.samples} such requests.{longer}"


def forecast(
    case: SubjectRequest,
    now: dt.datetime,
    *,
    items: Iterable[RequestItem] | None = None,
    history: Iterable[HistoryRow] | None = None,
    times: Iterable[StepTime] | None = None,
) -> Forecast | None:
    """The forecast of one open request; None where it has ended. What a page has asked already is given to it."""
    if items is None or history is None or times is None:
        return forecasts([case], now).get(case.pk)
    if case.state not in OPEN:
        return None
    moves = [row.at for row in sorted(history, key=lambda row: (row.at, row.pk)) if row.to_state]
    return _of_case(case, list(items), _by_step(times), moves[-1] if moves else case.filed_at, now)


def forecasts(cases: Collection[SubjectRequest], now: dt.datetime) -> dict[uuid.UUID, Forecast]:
    """The forecasts of the open ones among these requests, in two queries; their items are prefetched."""
    still = [case for case in cases if case.state in OPEN]
    if not still:
        return {}
    times, entered = _by_step(StepTime.objects.all()), _entered(still)
    return {
        case.pk: _of_case(case, list(case.items.all()), times, entered.get(case.pk, case.filed_at), now)
        for case in still
    }


def _by_step(times: Iterable[StepTime]) -> dict[tuple[str, str], StepTime]:
    return {(row.right, row.state): row for row in times}


def _entered(cases: Collection[SubjectRequest]) -> dict[uuid.UUID, dt.datetime]:
    """Since when each stands in its present state; those that never moved are missing."""
    moves = HistoryRow.objects.filter(subject_request_id__in=[case.pk for case in cases]).exclude(to_state="")
    return dict(moves.order_by("at", "id").values_list("subject_request_id", "at"))


def _of_case(
    case: SubjectRequest,
    items: list[RequestItem],
    times: dict[tuple[str, str], StepTime],
    entered: dt.datetime,
    now: dt.datetime,
) -> Forecast:
    """The latest over its undecided rights: one letter answers all."""
    rights = [item.right for item in items if item.decided_at is None] or [item.right for item in items]
    here = [times.get((right, case.state)) for right in rights]
    samples = min((row.samples if row else 0 for row in here), default=0)
    if samples < ENOUGH:
        return Forecast(None, case.safe_on, samples)
    stood = (now - entered).total_seconds()
    left = max(max(0.0, row.median_s - stood) + _later(times, row) for row in here if row)
    is_longer = all(row.median_s < stood for row in here if row)
    on = clock.local_date(now + dt.timedelta(seconds=left), settings.KEPT_TIME_ZONE)
    return Forecast(on, case.safe_on, samples, is_longer)


def _later(times: dict[tuple[str, str], StepTime], here: StepTime) -> float:
    """The steps that usually follow."""
    if here.state not in WAY:
        return 0.0
    after = WAY[WAY.index(State(here.state)) + 1 :]
    rows = [times.get((here.right, state.value)) for state in after]
    return float(sum(row.median_s for row in rows if row and row.samples >= max(ENOUGH, here.samples * USUAL)))

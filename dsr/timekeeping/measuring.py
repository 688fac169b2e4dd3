"""How long each step of a request takes: medians over those that were answered lately, by right and state."""

import datetime as dt
import statistics
import uuid
from collections import defaultdict

from django.db import transaction

from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.states import OPEN, State
from dsr.timekeeping.models import StepTime

LATELY = dt.timedelta(days=365)
AT_MOST = 2000  # answered requests, the newest
Key = tuple[str, str]


@transaction.atomic
def measure_steps(*, now: dt.datetime) -> dict[str, int | str]:
    """Measure anew; what nothing was measured for goes. Returns the counts."""
    answered = SubjectRequest.objects.filter(state__in=[State.CLOSED, State.REFUSED], closed_at__gte=now - LATELY)
    cases = dict(answered.order_by("-closed_at", "id").values_list("pk", "filed_at")[:AT_MOST])
    stays = _stays(cases)
    samples: dict[Key, list[float]] = defaultdict(list)
    for case, right in RequestItem.objects.filter(subject_request__in=cases).values_list("subject_request_id", "right"):
        for state, seconds in stays.get(case, {}).items():
            samples[right, state].append(seconds)
    kept = []
    for (right, state), times in samples.items():
        values = {"samples": len(times), "median_s": round(statistics.median(times)), "measured_at": now}
        row, _ = StepTime.objects.update_or_create(right=right, state=state, defaults=values)
        kept.append(row.pk)
    StepTime.objects.exclude(pk__in=kept).delete()
    return {"cases": len(cases), "steps": len(samples)}


def _stays(cases: dict[uuid.UUID, dt.datetime]) -> dict[uuid.UUID, dict[str, float]]:
    """Case → state → seconds that it stood there, all visits together."""
    found: dict[uuid.UUID, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    entered = dict(cases)
    moves = HistoryRow.objects.filter(subject_request_id__in=cases).exclude(to_state="")
    for case, state, at in moves.order_by("at", "id").values_list("subject_request_id", "from_state", "at"):
        if state in OPEN:
            found[case][state] += max(0.0, (at - entered[case]).total_seconds())
        entered[case] = at
    return found

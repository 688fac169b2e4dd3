"""A run that waits goes on when a system, or the last of its people, says that it has answered, not only at its next
try."""

import datetime as dt

from django.db.models import QuerySet

from dsr.models import Run, SubjectRequest
from dsr.states import StepState
from privacy.jobs.services import enqueue

WAITING = (StepState.UNAVAILABLE, StepState.FAILED)
KIND = "dsr.advance_run"


def wake_runs(handler: str, now: dt.datetime) -> None:
    """Look at each open run with a step of this handler that has no answer, once for each moment."""
    _wake(Run.objects.filter(finished_at=None, steps__handler=handler, steps__state__in=WAITING).distinct(), now)


def wake_case(subject_request: SubjectRequest, now: dt.datetime) -> None:
    """Look at each open run of a case that people have answered, once for each moment."""
    _wake(Run.objects.filter(finished_at=None, plan__subject_request=subject_request), now)


def _wake(runs: "QuerySet[Run]", now: dt.datetime) -> None:
    for run in runs.select_related("plan__subject_request"):
        enqueue(
            KIND,
            idem_key=f"dsr.run:{run.pk}:{now:%Y%m%d%H%M%S%f}",
            payload={"run": str(run.pk)},
            now=now,
            is_demo=run.plan.subject_request.is_demo,
        )

"""What should be gone and is not, for those who look after it."""

import datetime as dt

from django.conf import settings
from django.db.models import Q, Subquery
from django.urls import reverse

from dsr.retained.models import RetainedSet, SetState
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.kernel import clock


def _figures(now: dt.datetime) -> dict[str, Subquery]:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    kept = RetainedSet.objects.filter(state=SetState.KEPT)
    late = Q(is_held=False, until__lt=today - dt.timedelta(days=1)) | ~Q(problem="")
    return {"all": count(kept), "late": count(kept.filter(late)), "held": count(kept.filter(is_held=True))}


@panel("retained_late", order=13, permission="dsr.work_subject_request", figures=_figures)
def retained_late(_now: dt.datetime, counts: Figures) -> Panel:
    """Sets that stand although their day has passed, or that could not be erased."""
    text = f"{counts['all']} sets stay for a reason, {counts['held']} of them under a legal hold."
    url = reverse("console:dsr_subjectrequest_changelist")
    tone = "danger" if counts["late"] else "ok"
    return Panel("stuck", "Kept after its end", str(counts["late"]), text, tone, url)

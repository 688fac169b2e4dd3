"""Open tasks and failed notices, for those who look after them."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from dsr.notices.models import Notice, Task
from dsr.notices.vocabulary import WAITING, NoticeState
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.kernel import clock


def _figures(now: dt.datetime) -> dict[str, Subquery]:
    still = Task.objects.filter(state__in=WAITING)
    late = still.filter(due_on__lt=clock.local_date(now, settings.KEPT_TIME_ZONE))
    failed = Notice.objects.filter(state=NoticeState.FAILED)
    return {"open": count(still), "late": count(late), "failed": count(failed)}


@panel("tasks_open", order=14, permission="dsr.work_subject_request", figures=_figures)
def tasks_open(_now: dt.datetime, counts: Figures) -> Panel:
    """Tasks of cases, and notices that nobody confirmed to have left."""
    failed = counts["failed"]
    tone = "danger" if counts["late"] else "warn" if counts["open"] or failed else "ok"
    text = f"{counts['late']} are late. {failed} notices to recipients could not be delivered."
    url = reverse("console:dsr_subjectrequest_changelist") + "?show=all"
    return Panel("due", "Tasks of requests", str(counts["open"]), text, tone, url)

"""Panels of intake: people who have to be told where their data came from."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, lowest
from privacy.intake.models import TellTask
from privacy.kernel import clock


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    waiting = TellTask.objects.filter(told_at=None)
    return {"waiting": count(waiting), "first": lowest(waiting, "due_on")}


@panel("people_to_tell", order=13, permission="intake.tell_people", figures=_figures)
def people_to_tell(now: dt.datetime, found: Figures) -> Panel:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    waiting, first = found["waiting"], found["first"]
    is_late = first is not None and first < today
    text = f"the first by {first:%Y-%m-%d}" if first else "Nobody waits to hear where their data came from."
    tone = "danger" if is_late else ("warn" if waiting else "ok")
    return Panel("due", "People to tell", str(waiting), text, tone, reverse("console:intake_telltask_changelist"))

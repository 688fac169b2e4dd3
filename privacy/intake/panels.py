"""Panels of intake: people who have to be told where their data came from."""

import datetime as dt

from django.conf import settings
from django.urls import reverse

from privacy.console.dashboard import Panel, panel
from privacy.intake.models import TellTask
from privacy.kernel import clock


@panel("people_to_tell", order=13, permission="intake.tell_people")
def people_to_tell(now: dt.datetime) -> Panel:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    waiting = TellTask.objects.filter(told_at=None).order_by("due_on")
    count, first = waiting.count(), waiting.first()
    is_late = first is not None and first.due_on < today
    text = f"the first by {first.due_on:%Y-%m-%d}" if first else "Nobody waits to hear where their data came from."
    tone = "danger" if is_late else ("warn" if count else "ok")
    return Panel("due", "People to tell", str(count), text, tone, reverse("console:intake_telltask_changelist"))

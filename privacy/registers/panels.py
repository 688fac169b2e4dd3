"""Panels of the registers: files of recipients that need a look."""

import datetime as dt

from django.conf import settings
from django.db.models import Q, Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.kernel import clock
from privacy.registers.models import RecipientFile


def _figures(now: dt.datetime) -> dict[str, Subquery]:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    files = RecipientFile.objects.filter(ended_at=None)
    return {"late": count(files.filter(Q(review_on__lt=today) | Q(contract_until__lt=today)))}


@panel("recipients", order=14, permission="registers.manage_recipients", figures=_figures)
def recipients(_now: dt.datetime, found: Figures) -> Panel:
    late = found["late"]
    text = "A contract has ended or a review is due." if late else "Every contract stands, every review is to come."
    url = reverse("console:registers_recipientfile_changelist")
    return Panel("due", "Recipients to look at", str(late), text, "warn" if late else "ok", url)

"""The panel of legal demands."""

import datetime as dt

from django.db.models import Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.registers.demands.selectors import waiting


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    return {"waiting": count(waiting())}


@panel("demands", order=15, permission="demands.approve_demand", figures=_figures)
def demands(_now: dt.datetime, found: Figures) -> Panel:
    """How many demands wait for an approval."""
    number = found["waiting"]
    text = "Each needs two people who did not file it." if number else "None waits for an approval."
    url = reverse("console:demands_legaldemand_changelist") + "?waits=yes"
    return Panel("due", "Legal demands to approve", str(number), text, "warn" if number else "ok", url)

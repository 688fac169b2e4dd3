"""Panels of outside systems: those that do not answer as they should."""

import datetime as dt

from django.db.models import Subquery
from django.urls import reverse

from privacy.connectors.models import ConnectedSystem, Health, SystemState
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, newest


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    rows = ConnectedSystem.objects.filter(state=SystemState.CONNECTED)
    faulty = rows.filter(health=Health.FAULTY).order_by("faulty_since", "pk")
    return {"connected": count(rows), "faulty": count(faulty), "first": newest(faulty, "label")}


@panel("outside_systems", order=30, permission="connectors.manage_systems", figures=_figures)
def outside_systems(_now: dt.datetime, found: Figures) -> Panel:
    faulty = found["faulty"]
    others = f" and {faulty - 1} more" if faulty > 1 else ""
    text = f"{found['first']}{others}" if faulty else f"{found['connected']} connected; each answered its last test."
    url = reverse("console:connectors_connectedsystem_changelist")
    return Panel("broken", "Outside systems at fault", str(faulty), text, "danger" if faulty else "ok", url)

"""Panels of outside systems: those that do not answer as they should, and vendors that are late by their own word."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from privacy.connectors.models import AT_A_VENDOR, ConnectedSystem, Health, SystemState, VendorRequest
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, newest
from privacy.kernel import clock


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


def _vendor_figures(_now: dt.datetime) -> dict[str, Subquery]:
    rows = VendorRequest.objects.filter(status__in=AT_A_VENDOR)
    late = rows.filter(late_at__isnull=False).order_by("expected_at", "pk")
    return {
        "open": count(rows),
        "late": count(late),
        "first": newest(late, "system"),
        "named": newest(late, "expected_at"),
    }


@panel("late_vendors", order=32, permission="connectors.manage_systems", figures=_vendor_figures)
def late_vendors(_now: dt.datetime, found: Figures) -> Panel:
    """Requests at vendors whose own day has passed; each is a task of its case, too."""
    late = found["late"]
    text = f"{found['open']} requests at vendors are open; none is past the day that the vendor named."
    if late:
        named = clock.local_date(found["named"], settings.KEPT_TIME_ZONE)
        text = f"{found['first']} named {named}. The case has a task to ask it."
    url = reverse("console:connectors_connectedsystem_changelist")
    return Panel("due", "Vendors past their own day", str(late), text, "danger" if late else "ok", url)

"""Ask vendors by ourselves, for those that do not call back; and say once where one is past the time it named."""

import datetime as dt

from django.db import transaction

from privacy.connectors.models import AT_A_VENDOR, ConnectedSystem, SystemState, VendorRequest
from privacy.connectors.opendsr.filing import PATIENCE, note, note_expected, overdue
from privacy.connectors.opendsr.vendor import Said, Vendor
from privacy.connectors.sources import connection_of
from privacy.personal_data.contract import HandlerUnavailable
from privacy.personal_data.late_answers import announce, tell_overdue

AT_ONCE = 500
DAY = dt.timedelta(days=1)


def poll(now: dt.datetime) -> dict[str, int | str]:
    """Look how every open request stands. A vendor that is silent is left until the next time."""
    waiting = VendorRequest.objects.filter(status__in=AT_A_VENDOR).order_by("filed_at")[:AT_ONCE]
    by_system: dict[str, list[VendorRequest]] = {}
    for row in waiting:
        by_system.setdefault(row.system, []).append(row)
    systems = ConnectedSystem.objects.filter(kind="opendsr", state=SystemState.CONNECTED, key__in=by_system)
    changed = silent = 0
    for system in systems:
        try:
            vendor = Vendor(connection_of(system))
            for row in by_system[system.key]:
                if row.unwanted_at and vendor.cancel(str(row.pk)):
                    changed += note(row.pk, Said("cancelled"), now=now)
                    continue
                said = vendor.status_of(str(row.pk))
                if said is not None:
                    changed += note(row.pk, said, now=now)
                    note_expected(row.pk, said.expected_at)
        except HandlerUnavailable:
            silent += 1
    _wake_cancelled(now)
    return {"changed": changed, "silent": silent, "late": _tell_late(now)}


@transaction.atomic
def _tell_late(now: dt.datetime) -> int:
    """Once for each time that a vendor named: the mark, and whatever is made of it, are one transaction."""
    connected = ConnectedSystem.objects.filter(kind="opendsr", state=SystemState.CONNECTED).values("key")
    late = VendorRequest.objects.filter(status__in=AT_A_VENDOR, expected_at__lt=now, late_at=None, system__in=connected)
    rows = list(late.order_by("filed_at").select_for_update()[:AT_ONCE])
    VendorRequest.objects.filter(pk__in=[row.pk for row in rows]).update(late_at=now)
    if rows:
        tell_overdue([overdue(row, now) for row in rows], now)
    return len(rows)


def _wake_cancelled(now: dt.datetime) -> None:
    """Who waits for an erasure that was cancelled looks again once it may be filed anew."""
    over = now - PATIENCE
    rows = VendorRequest.objects.filter(kind="erasure", status="cancelled", changed_at__range=(over - DAY, over))
    for system in sorted(set(rows.values_list("system", flat=True))):
        announce(system, now)

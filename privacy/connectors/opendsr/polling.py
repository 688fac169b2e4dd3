"""Ask vendors by ourselves, for those that do not call back."""

import datetime as dt

from privacy.connectors.models import ConnectedSystem, SystemState, VendorRequest
from privacy.connectors.opendsr.filing import note
from privacy.connectors.opendsr.vendor import Vendor
from privacy.connectors.sources import connection_of
from privacy.personal_data.contract import HandlerUnavailable

AT_ONCE = 500


def poll(now: dt.datetime) -> dict[str, int | str]:
    """Look how every open request stands. A vendor that is silent is left until the next time."""
    waiting = VendorRequest.objects.filter(status__in=["pending", "in_progress"]).order_by("filed_at")[:AT_ONCE]
    by_system: dict[str, list[VendorRequest]] = {}
    for row in waiting:
        by_system.setdefault(row.system, []).append(row)
    systems = ConnectedSystem.objects.filter(kind="opendsr", state=SystemState.CONNECTED, key__in=by_system)
    changed = silent = 0
    for system in systems:
        try:
            vendor = Vendor(connection_of(system))
            for row in by_system[system.key]:
                said = vendor.status_of(str(row.pk))
                changed += said is not None and note(row.pk, said, now=now)
        except HandlerUnavailable:
            silent += 1
    return {"changed": changed, "silent": silent}

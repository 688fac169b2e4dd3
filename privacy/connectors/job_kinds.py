"""The jobs of outside systems."""

import datetime as dt

from privacy.connectors.models import AT_A_VENDOR, ConnectedSystem, SystemState, VendorRequest
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel.actors import SYSTEM


@job_kind("connectors.test", atomic=False)
def test_systems(claim: Claim) -> dict[str, int | str]:
    """See whether every connected system answers."""
    if not ConnectedSystem.objects.filter(state=SystemState.CONNECTED).exists():
        return {"tested": 0}
    from privacy.connectors.self_tests import run_all_self_tests  # noqa: PLC0415 - loads what talks to databases

    return run_all_self_tests(actor=SYSTEM, now=claim.now)


@job_kind("connectors.poll_vendors", atomic=False)
def poll_vendors(claim: Claim) -> dict[str, int | str]:
    """Ask vendors how our requests stand, for those that do not call back."""
    if not VendorRequest.objects.filter(status__in=[*AT_A_VENDOR, "cancelled"]).exists():
        return {"changed": 0}
    from privacy.connectors.opendsr.polling import poll  # noqa: PLC0415 - loads what talks to services

    return poll(claim.now)


every("connectors.poll_vendors", dt.timedelta(hours=1), kind="connectors.poll_vendors")
every("connectors.test", dt.timedelta(minutes=15), kind="connectors.test")

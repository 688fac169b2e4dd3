"""The jobs of OpenDSR."""

import datetime as dt

from dsr.opendsr import callbacks, carrying_out, services, tidying
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind

TIDY = "opendsr.tidy"


# What is not taken is asked about again by a job of its own, so one of these need not be repeated for long.
@job_kind(callbacks.KIND, max_attempts=8, atomic=False)
def callback(claim: Claim) -> dict[str, int | str]:
    """Tell a controller how a request stands."""
    return callbacks.deliver(claim)


@job_kind(services.CARRY_OUT, max_attempts=12, atomic=False)
def carry_out(claim: Claim) -> dict[str, int | str]:
    """Carry a request out in the systems of its controller."""
    return carrying_out.carry_out(claim)


@job_kind(TIDY, atomic=False)
def tidy(claim: Claim) -> dict[str, int | str]:
    """Blank what ended a month ago."""
    return tidying.tidy(claim.now)


every(TIDY, dt.timedelta(hours=1), kind=TIDY)

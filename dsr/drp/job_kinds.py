"""The jobs of the Data Rights Protocol."""

import datetime as dt

from dsr.drp import callbacks
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind

LOOK = "drp.look"


# What is not taken is tried again by a job of its own, so one of these need not be repeated for long.
@job_kind(callbacks.KIND, max_attempts=8, atomic=False)
def callback(claim: Claim) -> dict[str, int | str]:
    """Tell an agent how a request stands."""
    return callbacks.deliver(claim)


@job_kind(LOOK, atomic=False)
def look(claim: Claim) -> dict[str, int | str]:
    """Ring for every status that changed."""
    return callbacks.look_around(claim.now)


every(LOOK, dt.timedelta(minutes=1), kind=LOOK)

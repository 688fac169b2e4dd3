"""The jobs of packages that leave."""

import datetime as dt

from dsr.leaving.services import KIND, lock_archive, sweep_departures
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind(KIND, atomic=False)
def lock(claim: Claim) -> dict[str, int | str]:
    """Lock one package under its code."""
    return lock_archive(claim)


@job_kind("dsr.sweep_departures", atomic=False)
def sweep(claim: Claim) -> dict[str, int | str]:
    """End what is over, and remove files without a row."""
    return sweep_departures(now=claim.now)


every("dsr.sweep_departures", dt.timedelta(hours=1), kind="dsr.sweep_departures")

"""The jobs of packages."""

import datetime as dt

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.personal_data import prepared


@job_kind(prepared.BUILD, atomic=False)
def build_package(claim: Claim) -> dict[str, int | str]:
    """Put a package together."""
    return prepared.build_package(claim)


@job_kind("personal_data.sweep_packages", atomic=False)
def sweep_packages(claim: Claim) -> dict[str, int | str]:
    """Remove packages whose time is over."""
    return prepared.sweep_packages(now=claim.now)


every("personal_data.packages", dt.timedelta(hours=1), kind="personal_data.sweep_packages")

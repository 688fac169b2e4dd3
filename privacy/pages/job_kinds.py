"""The jobs of the doors that need several apps."""

import datetime as dt

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every, with_every_poll
from privacy.jobs.registry import job_kind
from privacy.pages import packages
from privacy.pages.readiness.sharing import leave_mark


@job_kind("pages.build_package", atomic=False)
def build_package(claim: Claim) -> dict[str, int | str]:
    """Put a person's own package together."""
    return packages.build_package(claim)


@job_kind("pages.sweep_packages", atomic=False)
def sweep_packages(claim: Claim) -> dict[str, int | str]:
    """Remove packages whose time is over."""
    return packages.sweep_packages(now=claim.now)


every("pages.packages", dt.timedelta(hours=1), kind="pages.sweep_packages")
with_every_poll("mark", leave_mark)

"""The jobs of deletions that people ask for: doors that call one service."""

import datetime as dt

from dsr.own_deletion import services
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("dsr.tend_own_deletions")
def tend(claim: Claim) -> dict[str, int | str] | None:
    """Warn, and set off what is due."""
    return services.tend_deletions(now=claim.now)


@job_kind(services.KIND, atomic=False)
def run(claim: Claim) -> dict[str, int | str] | None:
    """Start one that is due, or turn it into a normal case."""
    return {"answer": services.run_deletion(deletion_id=str(claim.payload["deletion"]), now=claim.now)}


every("dsr.own_deletions", dt.timedelta(minutes=30), kind="dsr.tend_own_deletions")

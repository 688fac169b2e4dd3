"""The jobs of correspondence."""

import datetime as dt

from dsr.correspondence import scanning, services
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("correspondence.sweep")
def sweep(claim: Claim) -> dict[str, int | str] | None:
    """Remove the files whose rows are gone."""
    return {"files": services.sweep_files(now=claim.now)}


# A scanner that is down for three days loses no file: the waits double up to an hour.
@job_kind(services.SCAN, max_attempts=90, atomic=False)
def scan(claim: Claim) -> dict[str, int | str] | None:
    """Have the virus scanner look at what came with a message."""
    return {"dropped": scanning.scan_files(claim)}


every("correspondence.sweep", dt.timedelta(hours=6), kind="correspondence.sweep")

"""The jobs of correspondence."""

import datetime as dt

from dsr.correspondence import services
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("correspondence.sweep")
def sweep(claim: Claim) -> dict[str, int | str] | None:
    """Remove the files whose rows are gone."""
    return {"files": services.sweep_files(now=claim.now)}


every("correspondence.sweep", dt.timedelta(hours=6), kind="correspondence.sweep")

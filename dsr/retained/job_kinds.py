"""The jobs about what erasures kept."""

import datetime as dt

from dsr.retained.erasing import erase_due
from dsr.retained.services import KIND, queue_due
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind(KIND, max_attempts=30, atomic=False)
def erase_retained(claim: Claim) -> dict[str, int | str]:
    """Erase what nothing keeps any more of one case."""
    return erase_due(claim)


@job_kind("dsr.find_retained")
def find_retained(claim: Claim) -> dict[str, int | str]:
    """Look for sets whose day has passed or whose hold is released."""
    return {"cases": queue_due(now=claim.now)}


every("dsr.retained", dt.timedelta(hours=1), kind="dsr.find_retained")

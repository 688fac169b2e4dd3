"""The jobs of subject requests: doors that fetch and call one service."""

from dsr.services import running
from privacy.jobs.claiming import Claim
from privacy.jobs.registry import job_kind


@job_kind("dsr.advance_run", max_attempts=30, atomic=False)
def advance_run(claim: Claim) -> dict[str, int | str] | None:
    """Work off an approved plan."""
    return running.advance_run(claim)

"""The job that corrects outside systems."""

from dsr.corrections.services import KIND, advance_correction
from privacy.jobs.claiming import Claim
from privacy.jobs.registry import job_kind


@job_kind(KIND, max_attempts=30, atomic=False)
def correct(claim: Claim) -> dict[str, int | str]:
    """Correct in every outside system."""
    return advance_correction(claim)

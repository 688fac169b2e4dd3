"""The jobs of reviews."""

import datetime as dt

from dsr.review.services import burning, collecting, ending
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind(collecting.COLLECT, atomic=False)
def collect(claim: Claim) -> dict[str, int | str] | None:
    """Ask every source for documents."""
    return collecting.collect(claim)


@job_kind(burning.BURN, max_attempts=20, atomic=False)
def burn(claim: Claim) -> dict[str, int | str] | None:
    """Make what leaves of a document."""
    return burning.burn(claim)


@job_kind("review.end", atomic=False)
def end(claim: Claim) -> dict[str, int | str] | None:
    """Destroy the originals of reviews that are over."""
    return ending.end_reviews(now=claim.now)


every("review.end", dt.timedelta(days=1), kind="review.end")

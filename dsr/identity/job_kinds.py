"""The jobs of identity."""

import datetime as dt

from dsr.identity.services import evidence
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel.actors import SYSTEM


@job_kind("identity.destroy_evidence")
def destroy_evidence(claim: Claim) -> dict[str, int | str] | None:
    """Let evidence go that had its verdict."""
    return evidence.destroy_evidence(actor=SYSTEM, now=claim.now)


every("identity.destroy_evidence", dt.timedelta(hours=6), kind="identity.destroy_evidence")

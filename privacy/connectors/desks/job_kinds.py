"""The jobs of questions to people."""

import datetime as dt

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("desks.tend", atomic=False)
def tend(claim: Claim) -> dict[str, int | str]:
    """Ask people what cases need of them, remind, escalate, and let copies go whose case is over."""
    from privacy.connectors.desks.tending import tend_questions  # noqa: PLC0415 - loads what only desks need

    return tend_questions(now=claim.now)


every("desks.tend", dt.timedelta(minutes=5), kind="desks.tend")

"""The jobs of referring."""

import datetime as dt

from dsr.referring.services import remind_customers
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel.actors import SYSTEM


@job_kind("referring.remind")
def remind(claim: Claim) -> dict[str, int | str] | None:
    """Remind customers of what they have not acknowledged."""
    return remind_customers(actor=SYSTEM, now=claim.now)


every("referring.remind", dt.timedelta(hours=1), kind="referring.remind")

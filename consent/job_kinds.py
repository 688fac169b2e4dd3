"""What consent does by itself."""

import datetime as dt

from consent.double_opt_in import expire_requests
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM


@job_kind("consent.expire_requests", atomic=False)
def end_requests(claim: Claim) -> dict[str, int | str] | None:
    """Requests that nobody confirmed run out, some in each transaction."""
    ended = 0
    while count := expire_requests(actor=SYSTEM, now=clock.now()):
        ended += count
        claim.note_progress()
    return {"ended": ended}


every("requests to confirm", dt.timedelta(hours=1), kind="consent.expire_requests")

"""What consent does by itself."""

import datetime as dt

from django.db import transaction

from consent.double_opt_in import expire_requests
from consent.expiring import CHUNK, expire_consents
from consent.reports.rollup import count_more
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


@job_kind("consent.expire", atomic=False)
def end_consents(claim: Claim) -> dict[str, int | str] | None:
    """Consent that ran out is told in the history, chunk by chunk."""
    expired = 0
    while done := expire_consents(now=claim.now):
        expired += done
        with transaction.atomic():
            claim.hold()
            claim.note_progress()
        if done < CHUNK:
            break
    return {"expired": expired}


every("consents that ran out", dt.timedelta(hours=1), kind="consent.expire")


@job_kind("consent.count_days", atomic=False)
def count_days(claim: Claim) -> dict[str, int | str] | None:
    """Count what was decided since the last time, some seals in each transaction."""
    counted = 0
    while (more := count_more(now=clock.now())) is not None:
        counted += more
        claim.note_progress()
    return {"counted": counted}


every("decisions by the day", dt.timedelta(minutes=5), kind="consent.count_days")

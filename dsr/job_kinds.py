"""The jobs of subject requests: doors that fetch and call one service."""

import datetime as dt
import uuid

from dsr.reports.rollup import count_more
from dsr.services import digest, ending, filings, recounting, reminding, running
from dsr.timekeeping.measuring import measure_steps
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor


@job_kind("dsr.advance_run", max_attempts=30, atomic=False)
def advance_run(claim: Claim) -> dict[str, int | str] | None:
    """Work off an approved plan."""
    return running.advance_run(claim)


@job_kind(filings.KIND)
def open_filing(claim: Claim) -> dict[str, int | str] | None:
    """Open the case of what was filed from afar."""
    case = filings.open_filing(filing_id=uuid.UUID(str(claim.payload["filing"])), now=claim.now)
    return {"opened": int(case is not None)}


@job_kind("dsr.tend_unconfirmed")
def tend_unconfirmed(claim: Claim) -> dict[str, int | str] | None:
    """Remind of and end requests that nobody confirmed."""
    return ending.tend_unconfirmed(actor=SYSTEM, now=claim.now)


@job_kind("dsr.remind")
def remind(claim: Claim) -> dict[str, int | str] | None:
    """Remind staff of what is due."""
    return reminding.remind(actor=SYSTEM, now=claim.now)


@job_kind("dsr.digest")
def send_digests(claim: Claim) -> dict[str, int | str] | None:
    """On Mondays, tell legal what the week brings."""
    return digest.send_digests(now=claim.now)


@job_kind(recounting.KIND)
def recount(claim: Claim) -> dict[str, int | str] | None:
    """Count a page of open requests again, and ask for the next page."""
    by = str(claim.payload.get("by", ""))
    actor = Actor.staff(uuid.UUID(by)) if by else SYSTEM
    after = uuid.UUID(str(claim.payload["after"]))
    looked_at, added, following = recounting.recount_page(after=after, actor=actor, now=claim.now)
    if following:
        payload: dict[str, str | int] = {"after": str(following), "by": by}
        enqueue(recounting.KIND, idem_key=f"{recounting.KIND}:{claim.id}", payload=payload, now=claim.now)
    return {"looked_at": looked_at, "added": added}


@job_kind("dsr.measure_steps")
def measure(claim: Claim) -> dict[str, int | str] | None:
    """Measure how long the steps of answered requests took."""
    return measure_steps(now=claim.now)


@job_kind("dsr.count_reports", atomic=False)
def count_reports(claim: Claim) -> dict[str, int | str] | None:
    """Count the figures again of every year in which a request changed."""
    return {"years": count_more(now=claim.now, progress=claim.note_progress)}


every("dsr.count_reports", dt.timedelta(minutes=5), kind="dsr.count_reports")
every("dsr.measure_steps", dt.timedelta(days=1), kind="dsr.measure_steps")
every("dsr.digest", dt.timedelta(hours=1), kind="dsr.digest")
every("dsr.remind", dt.timedelta(hours=1), kind="dsr.remind")
every("dsr.unconfirmed", dt.timedelta(hours=1), kind="dsr.tend_unconfirmed")

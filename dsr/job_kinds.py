"""The jobs of subject requests: doors that fetch and call one service."""

import datetime as dt

from dsr.services import digest, ending, reminding, running
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel.actors import SYSTEM


@job_kind("dsr.advance_run", max_attempts=30, atomic=False)
def advance_run(claim: Claim) -> dict[str, int | str] | None:
    """Work off an approved plan."""
    return running.advance_run(claim)


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


every("dsr.digest", dt.timedelta(hours=1), kind="dsr.digest")
every("dsr.remind", dt.timedelta(hours=1), kind="dsr.remind")
every("dsr.unconfirmed", dt.timedelta(hours=1), kind="dsr.tend_unconfirmed")

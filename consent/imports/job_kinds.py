"""The jobs of imports."""

import datetime as dt

from consent.imports import applying, checking, services
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind(services.CHECK, atomic=False)
def check(claim: Claim) -> dict[str, int | str] | None:
    """List what an import would change."""
    return checking.check(claim)


@job_kind(services.APPLY, atomic=False)
def apply(claim: Claim) -> dict[str, int | str] | None:
    """Apply an approved import."""
    return applying.apply(claim)


@job_kind("imports.sweep", atomic=False)
def sweep(claim: Claim) -> dict[str, int | str] | None:
    """Let go of files and lists whose time is over."""
    return {"gone": services.sweep(claim.now)}


every("imports.sweep", dt.timedelta(days=1), kind="imports.sweep")

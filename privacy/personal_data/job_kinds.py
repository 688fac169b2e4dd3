"""The jobs of packages and restrictions."""

import datetime as dt

from django.conf import settings

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data import prepared
from privacy.personal_data.restricting import lift_due


@job_kind(prepared.BUILD, atomic=False)
def build_package(claim: Claim) -> dict[str, int | str]:
    """Put a package together."""
    return prepared.build_package(claim)


@job_kind("personal_data.sweep_packages", atomic=False)
def sweep_packages(claim: Claim) -> dict[str, int | str]:
    """Remove packages whose time is over."""
    return prepared.sweep_packages(now=claim.now)


@job_kind("personal_data.lift_restrictions")
def lift_restrictions(claim: Claim) -> dict[str, int | str]:
    """Lift what was announced and whose day has come."""
    today = clock.local_date(claim.now, settings.KEPT_TIME_ZONE)
    return {"lifted": lift_due(today=today, actor=SYSTEM, now=claim.now)}


every("personal_data.restrictions", dt.timedelta(hours=1), kind="personal_data.lift_restrictions")
every("personal_data.packages", dt.timedelta(hours=1), kind="personal_data.sweep_packages")

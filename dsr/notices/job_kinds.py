"""The jobs of notices and tasks."""

import datetime as dt

from dsr.notices.services import follow_notices
from dsr.notices.tasks import tend_tasks
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("dsr.follow_notices")
def follow(claim: Claim) -> dict[str, int | str]:
    """See what became of notices on their way."""
    return follow_notices(now=claim.now)


@job_kind("dsr.tend_tasks", atomic=False)
def tend(claim: Claim) -> dict[str, int | str]:
    """Open tasks that people have to do, and remind of those that are due."""
    return tend_tasks(now=claim.now)


every("dsr.follow_notices", dt.timedelta(minutes=15), kind="dsr.follow_notices")
every("dsr.tend_tasks", dt.timedelta(hours=1), kind="dsr.tend_tasks")

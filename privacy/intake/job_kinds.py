"""The jobs of intake."""

import datetime as dt

from privacy.intake.services.accepting import forget_accepted
from privacy.intake.services.telling import remind_to_tell
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind

DAY = dt.timedelta(days=1)


@job_kind("intake.remind_to_tell")
def remind(claim: Claim) -> dict[str, int | str]:
    """Tell staff whom they have to tell."""
    return {"reminded": remind_to_tell(now=claim.now)}


@job_kind("intake.forget_accepted")
def forget(claim: Claim) -> dict[str, int | str]:
    """Keys of reports that nobody repeats any more."""
    return {"forgotten": forget_accepted(now=claim.now)}


every("intake.remind_to_tell", DAY, kind="intake.remind_to_tell")
every("intake.forget_accepted", DAY, kind="intake.forget_accepted")

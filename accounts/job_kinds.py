"""The jobs of accounts."""

import datetime as dt

from accounts.logins.services import close_ended_logins
from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind


@job_kind("accounts.close_logins", atomic=False)
def close_logins(claim: Claim) -> dict[str, int | str]:
    """Give an end to logins whose session is gone."""
    return {"closed": close_ended_logins(now=claim.now)}


every("accounts.close_logins", dt.timedelta(minutes=10), kind="accounts.close_logins")

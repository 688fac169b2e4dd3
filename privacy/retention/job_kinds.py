"""The jobs of retention."""

import datetime as dt

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind
from privacy.policy.selectors import has_policy
from privacy.retention.services import advance_disposal, remind_of_reviews, start_due_runs


@job_kind("retention.run", atomic=False)
def run(claim: Claim) -> dict[str, int | str]:
    """One run of one rule."""
    return advance_disposal(claim)


@job_kind("retention.daily")
def daily(claim: Claim) -> dict[str, int | str]:
    """Start what is due today."""
    return start_due_runs(now=claim.now) if has_policy() else {"started": 0}


@job_kind("retention.hold_reviews")
def hold_reviews(claim: Claim) -> dict[str, int | str]:
    """Remind of the holds whose review comes near."""
    return remind_of_reviews(now=claim.now)


every("retention.hold_reviews", dt.timedelta(hours=6), kind="retention.hold_reviews")
every("retention.daily", dt.timedelta(days=1), kind="retention.daily")

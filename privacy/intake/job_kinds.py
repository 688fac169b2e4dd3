"""The jobs of intake."""

import datetime as dt

from privacy.intake.services.accepting import forget_accepted
from privacy.intake.services.promotions import drop_unconfirmed
from privacy.intake.services.publishing import take_down_ungranted
from privacy.intake.services.telling import remind_to_tell
from privacy.intake.visitor_events.linking import unlink_without_basis
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


@job_kind("intake.take_down_ungranted", atomic=False)
def take_down(claim: Claim) -> dict[str, int | str]:
    """What is public without a live grant comes down."""
    return {"taken_down": take_down_ungranted(now=claim.now)}


@job_kind("intake.drop_unconfirmed")
def drop(claim: Claim) -> dict[str, int | str]:
    """Entries to promotions that nobody permitted."""
    return {"dropped": drop_unconfirmed(now=claim.now)}


@job_kind("intake.unlink_visits", atomic=False)
def unlink_visits(claim: Claim) -> dict[str, int | str]:
    """Visits whose link to a person nothing carries any more."""
    return {"unlinked": unlink_without_basis(now=claim.now)}


every("intake.unlink_visits", dt.timedelta(hours=1), kind="intake.unlink_visits")
every("intake.take_down_ungranted", dt.timedelta(minutes=1), kind="intake.take_down_ungranted")
every("intake.drop_unconfirmed", dt.timedelta(hours=1), kind="intake.drop_unconfirmed")

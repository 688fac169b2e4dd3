"""The jobs of mail by consent."""

from consent.mailing.campaigns.services import do_count, do_send
from privacy.jobs.claiming import Claim
from privacy.jobs.registry import job_kind


@job_kind("mailing.count_audience", atomic=False)
def count_audience(claim: Claim) -> dict[str, int | str] | None:
    """Dry run of a campaign."""
    return do_count(claim)


@job_kind("mailing.send_campaign", max_attempts=30, atomic=False)
def send_campaign(claim: Claim) -> dict[str, int | str] | None:
    """Queue every copy of a campaign."""
    return do_send(claim)

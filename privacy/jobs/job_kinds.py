"""The jobs of the ground."""

from privacy.jobs import sending
from privacy.jobs.claiming import Claim
from privacy.jobs.registry import job_kind


# A mail server that is down for three days loses no letter: the waits double up to an hour.
@job_kind("jobs.send_mail", max_attempts=90, atomic=False)
def send_mail(claim: Claim) -> dict[str, int | str] | None:
    """Send one message of the outbox."""
    return sending.send_mail(claim)

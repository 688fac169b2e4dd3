"""The jobs of webhooks, and the look that every poll takes."""

from privacy.jobs.claiming import Claim
from privacy.jobs.periodic import with_every_poll
from privacy.jobs.registry import job_kind
from privacy.jobs.webhooks import pumping, replaying
from privacy.jobs.webhooks.queueing import PUMP


# What is left over after a failure is found by the next poll, so a job of this kind need not be repeated for long.
@job_kind(PUMP, max_attempts=3, atomic=False)
def pump(claim: Claim) -> dict[str, int | str]:
    """Deliver what is due at one endpoint."""
    return pumping.pump(claim)


@job_kind(replaying.REPLAY, max_attempts=20, atomic=False)
def replay(claim: Claim) -> dict[str, int | str]:
    """Queue again what an endpoint was told since a time."""
    return replaying.replay(claim)


with_every_poll("webhooks", pumping.ring_what_is_due)

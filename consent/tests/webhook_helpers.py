"""What the tests of webhooks share: an endpoint for a receiver, and days that pass."""

import datetime as dt
from typing import Any

import pytest

from consent.webhooks import TOPIC
from privacy.jobs.models import Job
from privacy.jobs.webhooks.models import WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.pumping import ring_what_is_due
from privacy.jobs.webhooks.services import Made, Wishes, make_endpoint
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def endpoint_for(url: str, label: str = "crm", **wishes: Any) -> Made:
    """An endpoint that hears of every decision, unless it wishes otherwise."""
    made = Wishes(**{"url": url, "topics": (TOPIC,), **wishes})
    return make_endpoint(label=label, wishes=made, actor=OPERATOR, now=clock.now())


class Days:
    """A clock that only a test moves. Jobs run by the database's own clock, so each look is asked for."""

    def __init__(self, patch: pytest.MonkeyPatch, start: dt.datetime) -> None:
        self.now = start
        patch.setattr(clock, "now", lambda: self.now)

    def pass_by(self, **much: float) -> None:
        self.now += dt.timedelta(**much)
        look()

    def until_quiet(self, *, most: int = 60) -> int:
        """Let every wait pass, one after the other; how many there were."""
        for count in range(most):
            waits = [row.next_at for row in WebhookDelivery.objects.filter(state="queued")]
            quiet = WebhookEndpoint.objects.values_list("quiet_until", flat=True)
            if not waits:
                return count
            self.now = max([self.now, min(waits), *filter(None, quiet)]) + dt.timedelta(seconds=1)
            look()
        return most


def look() -> None:
    """What a worker does with each poll."""
    ring_what_is_due(clock.now())
    Job.objects.filter(state="ready").update(run_after=START)  # a job is taken by the database's own clock
    run_until_empty()

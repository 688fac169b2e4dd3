"""The dashboard's view of mail that came in."""

import datetime as dt

from django.conf import settings
from django.db.models import Count, Min
from django.urls import reverse

from privacy.console.dashboard import Panel, panel
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.jobs.mailbox.reading import HEARTBEAT
from privacy.jobs.models import Heartbeat

QUIET = dt.timedelta(hours=1)


@panel("inbound", order=23)
def inbound(now: dt.datetime) -> Panel:
    """What waits to be read, and whether the mailbox is read at all."""
    url = reverse("desk_inbound")
    if settings.KEPT_MAILBOX_URL and (away := _away_since(now)):
        return Panel("stuck", "Mail that came in", "away", f"The mailbox could not be read {away}.", "danger", url)
    waiting = InboundMail.objects.filter(state=InboundState.UNCLEAR)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("received_at"))
    count, oldest = found["count"], found["oldest"]
    text = f"oldest of {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits for a person."
    return Panel("stuck", "Mail that came in and is not clear", str(count), text, "warn" if count else "ok", url)


def _away_since(now: dt.datetime) -> str:
    """Since when the mailbox could not be read; empty where it was read lately."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is None:
        return "yet"
    return f"since {beat.at:%Y-%m-%d %H:%M} UTC" if now - beat.at > QUIET else ""

"""The dashboard's view of mail that came in."""

import datetime as dt

from django.conf import settings
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
    waiting = InboundMail.objects.filter(state=InboundState.UNCLEAR).order_by("received_at")
    count, oldest = waiting.count(), waiting.first()
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if settings.KEPT_MAILBOX_URL and (beat is None or now - beat.at > QUIET):
        since = f"since {beat.at:%Y-%m-%d %H:%M} UTC" if beat else "yet"
        return Panel("stuck", "Mail that came in", "away", f"The mailbox could not be read {since}.", "danger", url)
    text = f"oldest of {oldest.received_at:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits for a person."
    return Panel("stuck", "Mail that came in and is not clear", str(count), text, "warn" if count else "ok", url)

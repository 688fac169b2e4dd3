"""The dashboard's view of mail that came in."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, lowest, newest
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.jobs.mailbox.reading import HEARTBEAT
from privacy.jobs.models import Heartbeat

QUIET = dt.timedelta(hours=1)


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    waiting = InboundMail.objects.filter(state=InboundState.UNCLEAR)
    read = newest(Heartbeat.objects.filter(name=HEARTBEAT), "at")
    return {"waiting": count(waiting), "oldest": lowest(waiting, "received_at"), "read_at": read}


@panel("inbound", order=23, figures=_figures)
def inbound(now: dt.datetime, found: Figures) -> Panel:
    """What waits to be read, and whether the mailbox is read at all."""
    url = reverse("desk_inbound")
    if settings.KEPT_MAILBOX_URL and (away := _away_since(found["read_at"], now)):
        return Panel("stuck", "Mail that came in", "away", f"The mailbox could not be read {away}.", "danger", url)
    waiting, oldest = found["waiting"], found["oldest"]
    text = f"oldest of {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits for a person."
    return Panel("stuck", "Mail that came in and is not clear", str(waiting), text, "warn" if waiting else "ok", url)


def _away_since(read_at: dt.datetime | None, now: dt.datetime) -> str:
    """Since when the mailbox could not be read; empty where it was read lately."""
    if read_at is None:
        return "yet"
    return f"since {read_at:%Y-%m-%d %H:%M} UTC" if now - read_at > QUIET else ""

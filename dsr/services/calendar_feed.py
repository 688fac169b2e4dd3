"""The private calendar feed of due dates: references and rights, nobody's name.

Whoever has the link reads it, so it says nothing about people, ends with the person's role, and is replaced
by asking for a new one.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from icalendar import Calendar, Event

from accounts.models import User
from dsr.audit_events import FEED_ENDED, FEED_MADE
from dsr.due_dates import DueDate, due_between
from dsr.models import CalendarFeed
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotFound
from privacy.kernel.tokens import new_token, token_hash

BACK, AHEAD = dt.timedelta(days=60), dt.timedelta(days=400)


@transaction.atomic
def make_feed(*, user: User, actor: Actor, now: dt.datetime) -> str:
    """Make a link's token for a member of staff and return it; the one before ends at once."""
    token = new_token()
    row, _ = CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_hash": token_hash(token), "created_at": now, "is_demo": user.is_demo}
    )
    record(FEED_MADE, actor=actor, at=now, target=row, is_demo=user.is_demo)
    return token


@transaction.atomic
def end_feed(*, user: User, actor: Actor, now: dt.datetime) -> bool:
    """End the link of a member of staff; whether there was one."""
    row = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if row is None:
        return False
    record(FEED_ENDED, actor=actor, at=now, target=row, is_demo=user.is_demo)
    row.delete()
    return True


def feed_text(*, token: str, now: dt.datetime) -> bytes:
    """The calendar (RFC 5545) for a link. NotFound for a link that ended, or whose owner may not look any more."""
    row = CalendarFeed.objects.select_related("user").filter(token_hash=token_hash(token)).first()
    if row is None or not row.user.is_active or not row.user.has_perm("dsr.work_subject_request"):
        raise NotFound("There is no such calendar.")
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    feed = Calendar()
    feed.add("prodid", "-//Kept//Due dates//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", f"{settings.SITE_NAME}: due dates")
    feed.add("refresh-interval", dt.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for one in due_between(today - BACK, today + AHEAD):
        feed.add_component(_event(one, now))
    return bytes(feed.to_ical())


def _event(one: DueDate, now: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.key}@kept")
    event.add("dtstamp", now)
    event.add("dtstart", one.safe_on)
    event.add("dtend", one.safe_on + dt.timedelta(days=1))
    event.add("summary", one.words)
    event.add("description", f"Safe until {one.safe_on.isoformat()}, due on {one.due_on.isoformat()}.")
    event.add("url", settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_change", args=[one.case.pk]))
    event.add("transp", "TRANSPARENT")
    return event

"""Remind of holds whose review comes near: one mail for each hold, review date and person, however often this runs."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from accounts.selectors import staff_with
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.retention.models import LegalHold

TEMPLATE = "retention.hold_review"
AHEAD = dt.timedelta(days=7)


@transaction.atomic
def remind_of_reviews(*, now: dt.datetime) -> dict[str, int | str]:
    """Tell those who may release holds, a week before. The matter is not in the mail; the console tells it."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    due = list(LegalHold.objects.filter(released_at=None, review_on__lte=today + AHEAD).order_by("review_on", "pk"))
    staff = staff_with("retention", "manage_holds") if due else []
    wanted = {
        f"{TEMPLATE}:{hold.pk}:{hold.review_on}:{user.pk}": (hold, user)
        for hold in due
        for user in staff
        if user.is_demo or not hold.is_demo
    }
    known = set(OutboxMessage.objects.filter(idem_key__in=wanted).values_list("idem_key", flat=True))
    for key, (hold, user) in wanted.items():
        if key not in known:
            queue_mail(
                TEMPLATE,
                idem_key=key,
                to=user.email,
                context={"hold": str(hold.pk)},
                now=now,
                is_demo=hold.is_demo,
            )
    return {"reminders": len(wanted.keys() - known)}

"""The Monday digest for legal: what is due this week, whom the rest waits for, what Kept finished alone."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.selectors import staff_with
from dsr.due_dates import DueDate, due_between, overdue_before
from dsr.models import HistoryRow, SubjectRequest
from dsr.selectors import Waiting, waiting_for_whom
from dsr.states import OPEN, State
from dsr.timekeeping.forecasting import forecasts
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import ActorKind

TEMPLATE = "dsr.digest"
MOST_URGENT = 500  # open requests that the forecast looks at
LAST_WEEKDAY = 2  # after a Monday without workers it is still told until Wednesday; later it would be old news


@dataclass(frozen=True, slots=True)
class Week:
    """What the digest tells. `finished` and `expired` count the seven days before `monday`."""

    monday: dt.date
    due: list[DueDate]
    overdue: int
    waiting: Waiting
    finished: int
    expired: int
    late: int  # open ones that will probably not be answered by their safe day
    unowned: int  # open ones that wait for us and that nobody works on


def monday_of(day: dt.date) -> dt.date:
    """The first day of its week."""
    return day - dt.timedelta(days=day.weekday())


@transaction.atomic
def send_digests(*, now: dt.datetime) -> dict[str, int | str]:
    """Queue this week's digest to everybody who works on requests, once a person and week."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    if today.weekday() > LAST_WEEKDAY:
        return {"digests": 0}
    monday = monday_of(today)
    wanted = {f"{TEMPLATE}:{monday}:{user.pk}": user for user in staff_with("dsr", "work_subject_request")}
    known = set(OutboxMessage.objects.filter(idem_key__in=wanted).values_list("idem_key", flat=True))
    fresh = {key: user for key, user in wanted.items() if key not in known}
    for key, user in fresh.items():
        _queue(key, user, monday, now)
    return {"digests": len(fresh)}


def _queue(key: str, user: User, monday: dt.date, now: dt.datetime) -> None:
    queue_mail(
        TEMPLATE, idem_key=key, to=user.email, context={"monday": monday.isoformat()}, now=now, is_demo=user.is_demo
    )


def _probably_late(now: dt.datetime) -> int:
    """Over the most urgent open requests."""
    rows = SubjectRequest.objects.filter(state__in=OPEN).prefetch_related("items").order_by("safe_on", "id")
    return sum(one.word == "likely late" for one in forecasts(list(rows[:MOST_URGENT]), now).values())


def week_of(monday: dt.date) -> Week:
    """The figures of the week that begins on `monday`, as they stand now."""
    start = dt.datetime.combine(monday, dt.time(), ZoneInfo(settings.KEPT_TIME_ZONE))
    closed = SubjectRequest.objects.filter(closed_at__gte=start - dt.timedelta(days=7), closed_at__lt=start)
    ended = HistoryRow.objects.filter(subject_request_id__in=closed.values("pk"), actor_kind=ActorKind.SYSTEM)
    return Week(
        monday=monday,
        due=due_between(monday, monday + dt.timedelta(days=6)),
        overdue=overdue_before(monday).count(),
        waiting=waiting_for_whom(),
        finished=ended.filter(to_state=State.CLOSED).count(),
        expired=ended.filter(to_state=State.EXPIRED).count(),
        late=_probably_late(clock.now()),
        unowned=SubjectRequest.objects.filter(state=State.RECEIVED, assigned_to=None).count(),
    )

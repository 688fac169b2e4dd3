"""The controls of notices and tasks."""

import datetime as dt

from django.conf import settings

from dsr.notices.models import Notice, Task
from dsr.notices.vocabulary import WAITING, NoticeState
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red

GRACE = dt.timedelta(days=14)


def check_notices() -> ControlAnswer:
    """Every recipient of what was erased, corrected or restricted was told, or a person is at it in time."""
    rows = Notice.objects.filter(is_demo=False)
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    late = Task.objects.filter(state__in=WAITING, due_on__lt=today, is_demo=False).count()
    if late:
        return red(f"{late} tasks are past their day. The dashboard lists them.")
    stuck = rows.filter(state=NoticeState.QUEUED, created_at__lt=clock.now() - GRACE).exclude(way="task").count()
    if stuck:
        return red(f"{stuck} notices to recipients wait for more than two weeks.")
    told = rows.filter(state__in=[NoticeState.SENT, NoticeState.ACKNOWLEDGED]).count()
    return green(f"{rows.count()} notices to recipients, {told} told.")


control(46, code="dsr.notices", label="Recipients hear of erasures and corrections", check=check_notices)
control(75, code="dsr.tasks_keep_open", label="Systems without a connector are tasks", check=check_notices)

"""Panels of subject requests: what is due, and for whom each open request waits."""

import datetime as dt
from collections import Counter

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from dsr.models import SubjectRequest
from dsr.selectors import waiting_for_whom
from dsr.states import OPEN
from privacy.console.charts import bar_chart
from privacy.console.dashboard import Panel, panel
from privacy.kernel import clock

SOON = dt.timedelta(days=7)
WEEKS = 5  # bars of single weeks; what is due after them shares the last bar


@panel("requests_due", order=10, permission="dsr.work_subject_request")
def requests_due(now: dt.datetime) -> Panel:
    """How many open requests are overdue, due within a week by their safe day, and later; a bar for each week."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    rows = SubjectRequest.objects.filter(state__in=OPEN).values("due_on", "safe_on").annotate(rows=Count("pk"))
    bars: Counter[str] = Counter(dict.fromkeys(_labels(today), 0))
    overdue = soon = later = without = 0
    for due_on, safe_on, count in rows.order_by().values_list("due_on", "safe_on", "rows"):
        if due_on is None or safe_on is None:
            without += count
            continue
        bars[_bar(today, due_on, safe_on)] += count
        if due_on < today:
            overdue += count
        elif safe_on <= today + SOON:
            soon += count
        else:
            later += count
    text = f"{soon} due in 7 days, {later} later." + (f" {without} without a due date." if without else "")
    tone = "danger" if overdue or without else "warn" if soon else "ok"
    url = reverse("console:dsr_subjectrequest_changelist") + ("?show=overdue" if overdue else "")
    chart = bar_chart(list(bars.items()), title="Open requests by the week in which they are due")
    return Panel("due", "Requests", f"{overdue} overdue", text, tone, url, chart)


@panel("requests_waiting", order=11, permission="dsr.work_subject_request")
def requests_waiting(_now: dt.datetime) -> Panel:
    """Whose move it is in every open request."""
    waiting = waiting_for_whom()
    others = f"{waiting.person} for the person, {waiting.second} for a second person, {waiting.system} for a system."
    url = reverse("console:dsr_subjectrequest_changelist")
    return Panel("due", "Requests that wait for us", str(waiting.us), f"Others wait: {others}", "ok", url)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _labels(today: dt.date) -> list[str]:
    weeks = [_monday(today) + dt.timedelta(weeks=number) for number in range(WEEKS)]
    return ["late", *(f"{week.day}.{week.month}." for week in weeks), "later"]


def _bar(today: dt.date, due_on: dt.date, safe_on: dt.date) -> str:
    if due_on < today:
        return "late"
    number = max(0, (_monday(safe_on) - _monday(today)).days // 7)
    return _labels(today)[1 + min(number, WEEKS)]

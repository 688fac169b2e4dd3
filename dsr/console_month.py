"""The month of due dates in the console, and the link for a calendar program."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from dsr.due_dates import overdue_before, weeks_of_month
from dsr.models import CalendarFeed
from dsr.services.calendar_feed import end_feed, make_feed
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock

FIRST_YEAR, LAST_YEAR, MONTHS = 2000, 2200, 12
OVERDUE_SHOWN = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, year: int = 0, number: int = 0) -> HttpResponse:
    """One month of safe days; without a month the present one. A POST makes or ends the calendar link."""
    if not request.user.has_perm("dsr.work_subject_request"):
        raise PermissionDenied
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    first = _first(year, number) if year else today.replace(day=1)
    shown_once = ""
    if request.method == "POST":
        if request.POST.get("feed") == "end":
            if end_feed(user=_user(request), actor=staff_actor(request), now=clock.now()):
                messages.success(request, "The calendar link has ended.")
            return redirect("console:dsr_month", first.year, first.month)
        token = make_feed(user=_user(request), actor=staff_actor(request), now=clock.now())
        shown_once = settings.KEPT_BASE_URL + reverse("request_calendar", args=[token])
    overdue = list(overdue_before(today)[: OVERDUE_SHOWN + 1])
    context = {
        **console.each_context(request),
        "title": f"Due in {first:%B %Y}",
        "weeks": weeks_of_month(first.year, first.month),
        "today": today,
        "before": first - dt.timedelta(days=1),
        "after": first + dt.timedelta(days=31),
        "overdue": overdue[:OVERDUE_SHOWN],
        "has_more_overdue": len(overdue) > OVERDUE_SHOWN,
        "shown_once": shown_once,
        "has_feed": CalendarFeed.objects.filter(user=_user(request)).exists(),
    }
    return render(request, "dsr/console/month.html", context)


def _first(year: int, number: int) -> dt.date:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= MONTHS):
        raise Http404
    return dt.date(year, number, 1)


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user

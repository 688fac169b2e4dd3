"""The console pages of calendars: add a day, and see which requests it would move before they are counted again."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dsr.services.recounting import ask_for_recount, proposals
from dsr.timekeeping.forms import DayForm
from dsr.timekeeping.services import add_day
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

RIGHT = "timekeeping.keep_calendars"
SHOWN = 500  # open requests that the page looks at; the job looks at all


def _require_right(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a day to a calendar."""
    _require_right(request)
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_day(**form.cleaned_data, actor=staff_actor(request), now=clock.now())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"Entry {row.number} is kept. No request was counted again yet.")
            return redirect("console:timekeeping_recount")
    context = {**console.each_context(request), "title": "Add a day to a calendar", "form": form}
    return render(request, "timekeeping/add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def recount(request: HttpRequest) -> HttpResponse:
    """Which open requests would have another day; a POST has all of them counted again, by a job."""
    _require_right(request)
    now: dt.datetime = clock.now()
    if request.method == "POST":
        ask_for_recount(actor=staff_actor(request), now=now)
        messages.success(request, "Every open request is counted again now. Earlier counts stay.")
        return redirect("console:timekeeping_calendarday_changelist")
    found = proposals(limit=SHOWN)
    context = {**console.each_context(request), "title": "What would be counted otherwise", "found": found}
    return render(request, "timekeeping/recount.html", context)

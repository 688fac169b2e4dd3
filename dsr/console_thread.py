"""The thread of a case in the console: write down what was said, and say that what came in is read."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.correspondence.forms import NoteForm
from dsr.correspondence.noting import note_message
from dsr.correspondence.services import mark_seen
from privacy.kernel import clock


@require_http_methods(["POST"])
def seen(request: HttpRequest, pk: Any) -> HttpResponse:
    """What came in is read."""
    subject_request = case_or_404(request, pk)
    act = lambda: mark_seen(subject_request=subject_request, actor=actor_of(request), now=clock.now())  # noqa: E731
    try_it(request, act, "Marked as read.")
    return back_to(subject_request)


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, pk: Any) -> HttpResponse:
    """Write down a call, a chat, a letter, or a note for staff."""
    subject_request = case_or_404(request, pk)
    now = clock.now()
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    form = NoteForm(request.POST or None, initial={"said_on": today})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        day = values.pop("said_on")
        values["at"] = now if day == today else dt.datetime.combine(day, dt.time(12), ZoneInfo(settings.KEPT_TIME_ZONE))
        if try_it(
            request,
            lambda: note_message(subject_request=subject_request, **values, actor=actor_of(request), now=now),
            "Written down.",
        ):
            return back_to(subject_request)
    return show(request, "message.html", "Write down what was said", subject_request=subject_request, form=form)

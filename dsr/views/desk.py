"""The desk: an agent files what came by mail, phone, chat or post, without seeing what we hold."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dsr.forms import DeskForm, add_domain_error
from dsr.models import SubjectRequest
from dsr.services.intake import Reach, file_for_person, masked_open_references
from dsr.status_page import case_line
from privacy.console.decorators import staff_actor, staff_required
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

SHOWN = 20


@never_cache
@staff_required("dsr.file_subject_request")
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """The form, and what this agent filed lately. A second request of an address asks before it is filed."""
    if request.method != "POST":
        today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
        return _show(request, DeskForm(initial={"received_on": today}))
    form = DeskForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=400)
    values = form.cleaned_data
    open_ones = [] if values["file_anyway"] else masked_open_references(email=values["email"])
    if open_ones:
        return _show(request, form, open_ones=open_ones, status=409)
    try:
        case = _file(request, values)
    except DomainError as error:
        add_domain_error(form, error)
        return _show(request, form, status=400)
    due = f" The answer is due by {case.due_on:%-d %B %Y}." if case.due_on else ""
    messages.success(request, f"Filed as {case.reference}.{due}")
    return redirect("desk")


def _file(request: HttpRequest, values: dict[str, Any]) -> SubjectRequest:
    reach = Reach(**{name: values[name] for name in ("name", "email", "postal", "phone")})
    asked = {
        name: values[name] for name in ("rights", "channel", "received_on", "message", "late_reason", "identity_level")
    }
    return file_for_person(
        **asked,
        reach=reach,
        actor=staff_actor(request, via="desk"),
        now=clock.now(),
        is_demo=settings.KEPT_DEMO,
    )


def _show(
    request: HttpRequest, form: DeskForm, *, open_ones: list[str] | None = None, status: int = 200
) -> HttpResponse:
    filed = (
        SubjectRequest.objects.filter(filed_by=request.user.pk).prefetch_related("items").order_by("-filed_at", "id")
    )
    context = {"form": form, "open_ones": open_ones or [], "lines": [case_line(case) for case in filed[:SHOWN]]}
    return render(request, "dsr/desk.html", context, status=status)

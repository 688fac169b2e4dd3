"""Set requests aside from the list: choose, read what will happen, confirm."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from dsr.console_pages import actor_of, show
from dsr.models import SubjectRequest
from dsr.services.setting_aside import ENDINGS, MOST, set_aside
from dsr.states import State
from privacy.kernel import clock
from privacy.kernel.errors import DomainError


def as_spam(_admin: Any, request: HttpRequest, queryset: "QuerySet[SubjectRequest]") -> HttpResponse | None:
    """The chosen requests are none."""
    return _confirmed(request, queryset, State.SPAM)


def as_duplicates(_admin: Any, request: HttpRequest, queryset: "QuerySet[SubjectRequest]") -> HttpResponse | None:
    """The chosen requests are there twice."""
    return _confirmed(request, queryset, State.DUPLICATE)


as_spam.short_description = "Set aside as spam"  # type: ignore[attr-defined]  # Django's way to name an action
as_duplicates.short_description = "Set aside as duplicates"  # type: ignore[attr-defined]  # as above


def _confirmed(request: HttpRequest, queryset: "QuerySet[SubjectRequest]", ending: State) -> HttpResponse | None:
    rows = list(queryset.order_by("received_at", "id")[: MOST + 1])
    if request.POST.get("sure") != "yes":
        title = f"Set {len(rows)} request{'s' if len(rows) != 1 else ''} aside as {ENDINGS[ending]}?"
        return show(
            request, "set_aside.html", title, rows=rows, ending=ending.value, act=request.POST.get("action", "")
        )
    try:
        result = set_aside(cases=[row.pk for row in rows], ending=ending, actor=actor_of(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return None
    messages.success(request, f"{result.done} set aside as {ENDINGS[ending]}. Each can be opened again.")
    for reference, why in result.left:
        messages.warning(request, f"{reference} was left: {why}")
    return HttpResponseRedirect(request.get_full_path())

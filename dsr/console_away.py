"""The console page that lets a package leave by mail or post: lock it, burn it, tell its code, tick what was done."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dsr.console_pages import actor_of, case_or_404, show, try_it
from dsr.leaving import services
from dsr.leaving.models import Departure
from dsr.leaving.selectors import told_of
from dsr.leaving.vocabulary import CodeBy, DepartureState, Way
from dsr.models import SubjectRequest
from dsr.services.releasing import released_package
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError


class AwayForm(forms.Form):
    """How archive and code leave."""

    way = forms.ChoiceField(label="The archive", choices=Way.choices, widget=forms.RadioSelect)
    code_by = forms.ChoiceField(label="Its code", choices=CodeBy.choices, widget=forms.RadioSelect)


@recently_authenticated
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Where the package of a case is on its way; a POST does one of the acts."""
    case = case_or_404(request, pk)
    act = request.POST.get("act", "")
    form = AwayForm(request.POST if act == "send" else None)
    if act == "send":
        if form.is_valid() and _send(request, case, form):
            return redirect(_page(case))
    elif request.method == "POST":
        return _act(request, case, act)
    return show(
        request,
        "away.html",
        f"The package by mail or post · {case.reference}",
        subject_request=case,
        form=form,
        package=released_package(case.pk, clock.now()),
        rows=told_of(list(Departure.objects.filter(subject_request=case))),
        ready=DepartureState.READY,
    )


def _send(request: HttpRequest, case: SubjectRequest, form: AwayForm) -> bool:
    try:
        services.send_away(subject_request=case, **form.cleaned_data, actor=actor_of(request), now=clock.now())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, "It is being locked. Load the page again in a moment.")
    return True


def _act(request: HttpRequest, case: SubjectRequest, act: str) -> HttpResponseBase:
    which: dict[str, Any] = {
        "departure": _key(request),
        "case": case,
        "actor": actor_of(request),
        "now": clock.now(),
    }
    try:
        if act == "code":
            code = services.show_code(**which)
            row = Departure.objects.get(pk=which["departure"])
            return show(request, "away_code.html", "The code, once", subject_request=case, code=code, departure=row)
        if act == "archive":
            answer = StreamingHttpResponse(services.take_archive(**which), content_type="application/zip")
            answer["Content-Disposition"] = f'attachment; filename="{case.reference}.locked.zip"'
            return answer
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(_page(case))
    if act == "told":
        try_it(request, lambda: services.tick_code(**which), "Noted: the person has the code.")
    elif act == "posted":
        try_it(request, lambda: services.tick_posted(**which), "Noted: the medium is in the post. Our copy is gone.")
    return redirect(_page(case))


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("row", ""))
    except ValueError:
        return uuid.UUID(int=0)


def _page(case: SubjectRequest) -> str:
    return reverse("console:dsr_away", args=[case.pk])


def away_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The address of this page; `wrap` is the console's own check of who may come in."""
    return [path("<uuid:pk>/package/away/", wrap(away), name="dsr_away")]

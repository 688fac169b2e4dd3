"""The console pages of appeals: decide one, or take more time for it."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.forms_console import ExtensionForm
from dsr.forms_decide import AppealForm
from dsr.services import appealing
from dsr.services.appeal_clocks import last_day_to_extend
from dsr.services.extending_appeals import extend_appeal
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import NotFound


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide an appeal, as somebody who had no part in the answer."""
    case = case_or_404(request, pk)
    try:
        row = appealing.open_appeal(case)
    except NotFound:
        raise Http404 from None
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if try_it(
            request,
            lambda: appealing.decide_appeal(
                appeal=row,
                is_granted=values["outcome"] == "granted",
                answer=values["answer"],
                actor=actor_of(request),
                now=clock.now(),
            ),
            "Answered. The letter is on its way.",
        ):
            return back_to(case)
    return show(
        request,
        "appeal.html",
        "Decide the appeal",
        subject_request=case,
        appeal=row,
        form=form,
        **appealing.who_decides(case, request.user.pk),
        more_time_until=last_day_to_extend(case),
    )


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def more_time(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take more time for an appeal, where a law knows it; the letter is part of it."""
    case = case_or_404(request, pk)
    try:
        row = appealing.open_appeal(case)
    except NotFound:
        raise Http404 from None
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(extend_appeal, appeal=row, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        try_it(request, act, "Extended. The letter is on its way.")
        return back_to(case)
    shown = {"subject_request": case, "appeal": row, "form": form, "until": last_day_to_extend(case)}
    return show(request, "appeal_extend.html", "Take more time for the appeal", **shown)


def urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The pages of this file, for the admin site."""
    return [
        path("<uuid:pk>/appeal/", wrap(appeal), name="dsr_appeal"),
        path("<uuid:pk>/appeal/extend/", wrap(more_time), name="dsr_appeal_extend"),
    ]

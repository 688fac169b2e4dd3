"""The console pages of who asks: what each right needs, and what staff may do to find out."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from dsr.console_evidence import LEVEL_CHOICES, ChildForm, HouseholdForm, MandateForm, UploadForm
from dsr.console_pages import actor_of, case_or_404, show, try_it
from dsr.identity.levels import LEVELS, Sensitivity, never_asks
from dsr.identity.selectors import reached, sensitivity_of, unverified_adults
from dsr.identity.services.raising import set_sensitivity
from dsr.models import SubjectRequest
from dsr.states import Right
from privacy.kernel import clock

SENSITIVITIES = [
    (Sensitivity.ORDINARY, "Ordinary"),
    (Sensitivity.SENSITIVE, "Sensitive: health, beliefs, money, a child, or a danger to the person"),
]


class SensitivityForm(forms.Form):
    """How sensitive the data of the case is."""

    sensitivity = forms.ChoiceField(label="The data is", choices=SENSITIVITIES, widget=forms.RadioSelect)


@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who asks: what is needed and reached for each right. A POST says how sensitive the data is."""
    case = case_or_404(request, pk)
    form = SensitivityForm(
        request.POST if request.method == "POST" else None, initial={"sensitivity": sensitivity_of(case)}
    )
    if request.method == "POST" and form.is_valid():
        try_it(
            request,
            lambda: set_sensitivity(
                subject_request=case, **form.cleaned_data, actor=actor_of(request), now=clock.now()
            ),
            "Noted.",
        )
        return back_to_who(case)
    lines = reached(case)
    return show(
        request,
        "who.html",
        f"Who asks · {case.reference}",
        subject_request=case,
        form=form,
        lines=lines,
        level_words=LEVELS[case.identity_level],  # type: ignore[index]  # the column holds these codes
        act_url=reverse("console:dsr_who_act", args=[case.pk]),
        evidence=case.evidence_files.all(),
        upload=UploadForm(),
        levels=LEVEL_CHOICES,
        mandate=getattr(case, "mandate", None),
        mandate_form=MandateForm(),
        is_child_report=any(line.item.right == Right.CHILD_REPORT for line in lines),
        child_report=getattr(case, "child_report", None),
        child_form=ChildForm(),
        household_form=HouseholdForm(initial=household_of(case)),
        unverified_adults=unverified_adults(case),
        asks_nothing=never_asks(line.item.right for line in lines if not line.item.decided_at),
    )


def household_of(case: SubjectRequest) -> dict[str, int]:
    """What is noted about the household that asks."""
    row = getattr(case, "identity_record", None)
    return {"adults": row.adults, "verified": row.adults_verified} if row else {"adults": 0, "verified": 0}


def back_to_who(case: SubjectRequest) -> HttpResponse:
    """To the page of who asks."""
    return redirect(reverse("console:dsr_who", args=[case.pk]))


def identity_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of these pages; `wrap` is the console's own check of who may come in."""
    return [path("<uuid:pk>/who/", wrap(who), name="dsr_who")]

"""The console page on which legal enters a correction and sees how far each system is."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dsr.audit_events import CORRECTIONS_SEEN
from dsr.console_pages import actor_of, case_or_404, show
from dsr.corrections.selectors import category_words, shown_corrections
from dsr.corrections.services import LONGEST, categories, correct_value
from dsr.models import SubjectRequest
from dsr.states import Right, State
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError


class CorrectionForm(forms.Form):
    """What is wrong, and what is right."""

    category = forms.ChoiceField(label="What is to be corrected")
    wrong = forms.CharField(
        label="The wrong value; empty: whatever stands there",
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new = forms.CharField(
        label="The right value", max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.choices = [(code, category_words(code)) for code in categories()]  # type: ignore[attr-defined]  # a choice field has them


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Old and new values of every correction of the case; a POST corrects another one, everywhere."""
    subject_request = case_or_404(request, pk)
    form = CorrectionForm(request.POST or None) if _may_correct(subject_request) else None
    if request.method == "POST" and form and form.is_valid():
        try:
            correct_value(
                subject_request=subject_request, **form.cleaned_data, actor=actor_of(request), now=clock.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Corrected here. The outside systems follow; load the page again in a moment.")
            return redirect(reverse("console:dsr_correct", args=[pk]))
    shown = shown_corrections(subject_request)
    if shown:
        with transaction.atomic():
            record(
                CORRECTIONS_SEEN,
                actor=actor_of(request),
                at=clock.now(),
                subject_id=subject_request.subject_id,
                target=subject_request,
                is_demo=subject_request.is_demo,
            )
    return show(request, "correct.html", "Correct", subject_request=subject_request, form=form, corrections=shown)


def _may_correct(case: SubjectRequest) -> bool:
    asks = case.items.filter(right=Right.RECTIFICATION, decided_at=None)
    return case.state == State.RECEIVED and asks.exists()

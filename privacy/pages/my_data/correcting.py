"""The doors on which a person corrects their own data: here and in every connected system, without staff."""

import uuid
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import signed_in_user
from accounts.models import User
from dsr.corrections.selectors import category_words, shown_corrections
from dsr.corrections.services import LONGEST, categories, correct_value
from dsr.models import SubjectRequest
from dsr.services.intake import file_from_account
from dsr.states import Right
from dsr.status_page import own_case
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.languages import speaks
from privacy.policy.board import is_on

_MESSAGE = _("Entered on the page for corrections: %(what)s")
EMAIL = "user.contact.email"  # changed on a page of its own, where the new address is confirmed first


class CorrectionForm(forms.Form):
    """What is wrong, and what is right."""

    category = forms.ChoiceField(label=_("What is to be corrected"))
    wrong = forms.CharField(
        label=_("The wrong value, as you have seen it; leave it empty for whatever stands there"),
        required=False,
        max_length=LONGEST,
    )
    new = forms.CharField(label=_("The right value"), max_length=LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [code for code in categories() if code != EMAIL]
        self.fields["category"].choices = [(code, gettext(category_words(code))) for code in codes]  # type: ignore[attr-defined]  # a choice field has them


@speaks
@never_cache
@login_required
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    """Enter what is wrong and what is right; a POST corrects it."""
    if not is_on("dsr.own_corrections"):
        return redirect(f"{reverse('request_new')}?right=rectification")
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = _correct(signed_in_user(request), form, str(getattr(request, "LANGUAGE_CODE", "en"))[:2])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, gettext(error.message))
        else:
            return redirect("my_data_corrected", case.pk)
    return render(request, "pages/my_correct.html", {"form": form}, status=400 if form.errors else 200)


@transaction.atomic
def _correct(user: User, form: CorrectionForm, language: str) -> SubjectRequest:
    """The request for it, with its clock and reference, and the correction: both or neither."""
    actor, now = Actor.subject(user.subject_id, via="account"), clock.now()
    case = file_from_account(
        user=user,
        rights=[Right.RECTIFICATION],
        message=_MESSAGE % {"what": gettext(category_words(form.cleaned_data["category"]))},
        language=language,
        is_fresh=True,
        actor=actor,
        now=now,
    )
    correct_value(subject_request=case, **form.cleaned_data, actor=actor, now=now)
    return case


@speaks
@never_cache
@login_required
@require_safe
def result(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Old and new values, and how far each system is."""
    try:
        case = own_case(subject_id=signed_in_user(request).subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    return render(request, "pages/my_corrected.html", {"case": case, "corrections": shown_corrections(case)})

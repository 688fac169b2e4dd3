"""The desk's page of identity: mail a code, take a code by phone, put a mistyped address right. It shows no data."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dsr.forms import add_domain_error
from dsr.identity.forms import AddressForm, CodeForm, ReferenceForm
from dsr.identity.services.codes import send_code, use_code
from dsr.identity.services.correcting import correct_address
from dsr.models import SubjectRequest
from privacy.console.decorators import staff_actor, staff_required
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

Act = Callable[[forms.Form, Actor], str]
FORMS: dict[str, type[forms.Form]] = {"send": ReferenceForm, "check": CodeForm, "address": AddressForm}


@never_cache
@staff_required("dsr.file_subject_request", "dsr.work_subject_request")
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Three small forms; a POST does one of them."""
    act = request.POST.get("act", "")
    filled = {name: kind(request.POST if name == act else None, prefix=name) for name, kind in FORMS.items()}
    if request.method != "POST":
        return render(request, "dsr/identity/desk.html", {"forms": filled})
    form = filled.get(act)
    if form is not None and form.is_valid():
        try:
            messages.success(request, ACTS[act](form, staff_actor(request, via="desk")))
            return redirect("desk_identity")
        except DomainError as error:
            add_domain_error(form, error)
    return render(request, "dsr/identity/desk.html", {"forms": filled}, status=400)


def _case(form: forms.Form) -> SubjectRequest:
    case = SubjectRequest.objects.filter(reference=form.cleaned_data["reference"]).first()
    if case is None:
        raise InvalidInput("There is no request with this reference.", field="reference")
    return case


def _send(form: forms.Form, actor: Actor) -> str:
    send_code(subject_request=_case(form), actor=actor, now=clock.now())
    return "A code is on its way to the address of the request. Let the person read it to you."


def _check(form: forms.Form, actor: Actor) -> str:
    values = form.cleaned_data
    if use_code(reference=values["reference"], code=values["code"], actor=actor, now=clock.now()) is None:
        raise InvalidInput("This code is wrong, used or too old. After five tries mail a new one.", field="code")
    return "The code is right: the person controls the address."


def _address(form: forms.Form, actor: Actor) -> str:
    email = form.cleaned_data["email"]
    correct_address(subject_request=_case(form), email=email, actor=actor, now=clock.now())
    return "Corrected. Earlier links are void; where the request waits for it, a new confirmation is on its way."


ACTS: dict[str, Act] = {"send": _send, "check": _check, "address": _address}

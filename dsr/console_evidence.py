"""The console pages behind “who asks”: evidence, mandates, details to compare, and reports about a child."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from dsr.console_pages import actor_of, case_or_404, try_it
from dsr.identity.models import Basis, EvidenceFile, EvidenceKind, Mandate
from dsr.identity.services import children, evidence, mandates, points
from dsr.identity.services.household import note_household
from dsr.identity.services.uploading import uploaded
from dsr.models import SubjectRequest
from dsr.models.case import choices
from privacy.console.decorators import recently_authenticated
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.uploading import InMemory

LEVEL_CHOICES = [
    ("V1", "V1: it came from the address that we hold"),
    ("V3", "V3: it shows two details that we hold"),
    ("V4", "V4: three details, and a signed declaration"),
]


class MandateForm(forms.Form):
    """Who asks for the person."""

    basis = forms.ChoiceField(label="They ask as", choices=choices(Basis))
    name = forms.CharField(label="Who asks", max_length=120)
    email = forms.CharField(label="Their address", max_length=254, required=False)
    has_power_of_attorney = forms.BooleanField(label="They showed a power of attorney", required=False)
    covers_receipt = forms.BooleanField(label="It lets them receive the answer", required=False)
    expires_on = forms.DateField(
        label="Good until", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ChildForm(forms.Form):
    """Whom the parent reported."""

    kind = forms.ChoiceField(label="The child is known by", choices=[("email", "Email"), ("phone", "Phone")])
    value = forms.CharField(label="As the parent wrote it", max_length=254)


class UploadForm(forms.Form):
    """A file of evidence."""

    kind = forms.ChoiceField(label="It shows", choices=choices(EvidenceKind))
    file = forms.FileField(label="Picture or PDF", widget=forms.FileInput(attrs={"accept": "image/*,.pdf"}))


class HouseholdForm(forms.Form):
    """Of how many adults the household is that asks, and how many are verified."""

    adults = forms.IntegerField(label="Adults of the household", help_text="0 where one person asks.", initial=0)
    verified = forms.IntegerField(label="Of these, verified", initial=0)


@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
def act(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One act on the page of who asks; `act` names it. A file stays in memory until it is sealed."""
    if not console.has_permission(request):
        return console.login(request)
    case_or_404(request, pk)  # who may not does not get as far as sending a file
    request.upload_handlers = [InMemory(request)]
    return _acted(request, pk)


@csrf_protect
@require_POST
def _acted(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    do = ACTS.get(request.POST.get("act", ""))
    if do is None:
        messages.error(request, "Nothing was changed: use the buttons of this page.")
    else:
        do(request, case)
    return redirect(reverse("console:dsr_who", args=[pk]))


def _invite(request: HttpRequest, case: SubjectRequest) -> None:
    run = partial(evidence.invite_evidence, subject_request=case, actor=actor_of(request), now=clock.now())
    try_it(request, run, "The page of the request takes a file now. Tell the person the least that settles it.")


def _upload(request: HttpRequest, case: SubjectRequest) -> None:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choose a picture or a PDF, and what it shows.")
        return
    given, kind, actor = form.cleaned_data["file"], form.cleaned_data["kind"], actor_of(request)
    try_it(
        request,
        lambda: evidence.keep_evidence(
            subject_request=case, data=uploaded(given), name=given.name, kind=kind, actor=actor, now=clock.now()
        ),
        "Kept, sealed. Somebody who may look at evidence gives the verdict.",
    )


def _mandate(request: HttpRequest, case: SubjectRequest) -> None:
    form = MandateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say who asks, as what, and write the day as YYYY-MM-DD.")
        return
    run = partial(mandates.note_mandate, **form.cleaned_data, actor=actor_of(request), now=clock.now())
    try_it(request, partial(run, subject_request=case), "Noted. Say whether the mandate holds.")


def _judge(request: HttpRequest, case: SubjectRequest) -> None:
    row = get_object_or_404(Mandate, subject_request=case)
    run = partial(mandates.judge_mandate, mandate=row, is_accepted=request.POST.get("holds") == "yes")
    try_it(request, partial(run, actor=actor_of(request), now=clock.now()), "Noted.")


def _compare(request: HttpRequest, case: SubjectRequest) -> None:
    details = [each[:254] for each in request.POST.getlist("detail")]
    try:
        is_enough = points.compare_details(
            subject_request=case, details=details, actor=actor_of(request), now=clock.now()
        )
    except DomainError as error:
        messages.error(request, error.message)
        return
    if is_enough:
        messages.success(request, "Yes: that is enough to know who asks.")
    else:
        messages.error(request, "No: that is not enough. Nothing more is said about it.")


def _child(request: HttpRequest, case: SubjectRequest) -> None:
    form = ChildForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Write by which address or number the child is known.")
        return
    values, actor = form.cleaned_data, actor_of(request)
    try:
        found = children.quarantine_child(subject_request=case, **values, actor=actor, now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return
    said = "Quarantined. Answer the report, then prepare the erasure." if found else "Nobody is known by that here."
    messages.success(request, said)


def _household(request: HttpRequest, case: SubjectRequest) -> None:
    form = HouseholdForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Write both as numbers: how many adults, and how many of them are verified.")
        return
    run = partial(note_household, **form.cleaned_data, actor=actor_of(request), now=clock.now())
    try_it(request, partial(run, subject_request=case), "Noted.")


ACTS: dict[str, Callable[[HttpRequest, SubjectRequest], None]] = {
    "invite": _invite,
    "upload": _upload,
    "mandate": _mandate,
    "judge": _judge,
    "compare": _compare,
    "child": _child,
    "household": _household,
}


@never_cache
@recently_authenticated
@require_safe
def page(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """One page of a file as a picture. To look at it is an act."""
    row = _evidence(request, pk)
    try:
        picture = evidence.view_page(evidence=row, number=number, actor=actor_of(request), now=clock.now())
    except NotFound:
        raise Http404 from None
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(reverse("console:dsr_who", args=[row.subject_request_id]))
    return HttpResponse(picture, content_type="image/png")


@recently_authenticated
@require_POST
def verdict(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Accept or reject a file."""
    row = _evidence(request, pk)
    said, level = request.POST.get("verdict", ""), request.POST.get("level", "")
    run = partial(evidence.give_verdict, evidence=row, verdict=said, level=level, actor=actor_of(request))
    try_it(request, partial(run, now=clock.now()), "Noted. The file goes in three days; the verdict stays.")
    return redirect(reverse("console:dsr_who", args=[row.subject_request_id]))


def _evidence(request: HttpRequest, pk: uuid.UUID) -> EvidenceFile:
    if not request.user.has_perm("identity.view_evidence"):
        raise PermissionDenied
    return get_object_or_404(EvidenceFile.objects.select_related("subject_request"), pk=pk)


def evidence_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of these pages; `wrap` is the console's own check of who may come in."""
    return [
        path("<uuid:pk>/who/act/", act, name="dsr_who_act"),
        path("evidence/<uuid:pk>/<int:number>.png", wrap(page), name="dsr_evidence_page"),
        path("evidence/<uuid:pk>/verdict/", wrap(verdict), name="dsr_evidence_verdict"),
    ]

"""Console pages of legal demands: file one, read it, note, approve, decline, carry out, take the package."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.selectors import person_of
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.policy.selectors import categories
from privacy.registers.demands import services
from privacy.registers.demands.audit_events import OPENED
from privacy.registers.demands.forms import DemandForm
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.package import take_package
from privacy.registers.demands.vocabulary import GROUND_WORDS, DemandGround
from privacy.registers.models import RecipientFile

FILE, APPROVE = "demands.file_demand", "demands.approve_demand"
PAGE = "console:demands_legaldemand_change"


def _require(request: HttpRequest, *rights: str) -> None:
    if not any(request.user.has_perm(right) for right in rights):
        raise PermissionDenied


@never_cache
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """File a demand."""
    _require(request, FILE)
    form = DemandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "categories": tuple(form.cleaned_data["categories"])}
        try:
            row = services.file_demand(
                demand=services.Demand(kind="email", **values), actor=staff_actor(request), now=clock.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The demand is filed. Two other people approve it before anything goes out.")
            return redirect(PAGE, row.pk)
    return render(request, "demands/console/new.html", _context(request, "A new legal demand", form=form))


def _context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    return {**console.each_context(request), "title": title, **more}


@never_cache
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def demand(request: HttpRequest, pk: uuid.UUID | str) -> HttpResponseBase:
    """One demand; whoever opens it is written down."""
    _require(request, FILE, APPROVE)
    row = get_object_or_404(LegalDemand, pk=pk)
    if request.method == "POST":
        return _act(request, row)
    with transaction.atomic():
        record(OPENED, actor=staff_actor(request), at=clock.now(), target=row, is_demo=row.is_demo)
    labels = {each.code: each.label for each in categories()}
    ids = [row.filed_by, row.first_by, row.second_by, row.closed_by]
    names = dict(User.objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "email"))
    steps = [
        ("Filed", row.filed_by, row.filed_at),
        ("First approval", row.first_by, row.first_at),
        ("Second approval", row.second_by, row.second_at),
        ("Disclosed" if row.disclosure_id else "Declined", row.closed_by, row.closed_at),
    ]
    return render(
        request,
        "demands/console/demand.html",
        _context(
            request,
            "Legal demand",
            row=row,
            recipient=RecipientFile.objects.filter(code=row.recipient).first(),
            person=[each.value for each in person_of(row.subject_id).identities],
            ground=GROUND_WORDS[DemandGround(row.ground)],
            scope=[labels.get(code, code) for code in row.categories],
            steps=[(what, names.get(who, "–"), at) for what, who, at in steps if who and at],
            may_file=request.user.has_perm(FILE),
            may_decline=request.user.has_perm(APPROVE),
            may_approve=request.user.has_perm(APPROVE) and request.user.pk not in {row.filed_by, row.first_by},
        ),
    )


def _act(request: HttpRequest, row: LegalDemand) -> HttpResponseBase:
    version = request.POST.get("version", "")
    common: dict[str, Any] = {"demand_id": row.pk, "actor": staff_actor(request), "now": clock.now()}
    read = common | {"version": int(version) if version.isdecimal() and len(version) < 9 else 0}  # noqa: PLR2004 - fits the column
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "note": (
            lambda: services.note_necessity(note=request.POST.get("necessity", "")[:4000], **read),
            "The note stands.",
        ),
        "approve": (lambda: services.approve_demand(**read), "Your approval stands."),
        "decline": (lambda: services.decline_demand(**read), "Declined. Nothing goes out."),
        "disclose": (lambda: services.carry_out(**read), "It stands in the ledger. Take the package now."),
    }
    try:
        if request.POST.get("act") == "package":
            file = take_package(**common)
            name = f"demand-{str(row.pk)[:8]}.jsonl"
            return FileResponse(file, as_attachment=True, filename=name, content_type="application/jsonl")
        act, done = acts.get(request.POST.get("act", ""), (lambda: None, ""))
        act()
        if done:
            messages.success(request, done)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(PAGE, row.pk)

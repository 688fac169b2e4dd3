"""The console pages of OpenDSR: the entry of a business customer, and the protocol of one request."""

import json
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiKey
from dsr.console_pages import actor_of, case_or_404, show, try_it
from dsr.models import HistoryRow
from dsr.opendsr import controllers, services
from dsr.opendsr.audit_events import LOOKED_AT
from dsr.opendsr.forms import BackForm, ControllerForm, HandForm
from dsr.opendsr.looking import Look, look
from dsr.opendsr.models import Controller, ProtocolRequest
from dsr.opendsr.signing import is_configured, processor_domain
from dsr.opendsr.vocabulary import REASONS, Status
from dsr.referring.models import BusinessCustomer
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, StaleState

KEEPS = "referring.manage_customers"


@require_http_methods(["GET", "HEAD", "POST"])
def controller(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether and how one business customer files by OpenDSR."""
    _may(request, KEEPS)
    customer = get_object_or_404(BusinessCustomer, pk=pk)
    row = Controller.objects.filter(customer=customer).first()
    about = {"callback_domains": "\n".join(row.callback_domains.split()), "systems": row.systems.split()} if row else {}
    posted = request.POST if request.method == "POST" else None
    form = ControllerForm(posted, initial=about, systems=controllers.outside_systems())
    if request.method == "POST" and form.is_valid():
        act = partial(controllers.keep_controller, customer=customer, **form.cleaned_data)
        if try_it(request, partial(act, actor=actor_of(request), now=clock.now()), "Noted."):
            return redirect("console:opendsr_controller", pk)
    key = ApiKey.objects.filter(pk=row.key_family).first() if row and row.key_family else None
    return show(
        request,
        "opendsr_controller.html",
        f"OpenDSR · {customer.name}",
        customer=customer,
        controller=row,
        form=form,
        key=key,
        is_configured=is_configured(),
        domain=processor_domain(),
        requests=row.requests.select_related("case")[:100] if row else (),
    )


@recently_authenticated
@require_POST
def controller_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the customer its key: on the answer of this POST, and nowhere else."""
    _may(request, KEEPS)
    _may(request, "accounts.manage_api_keys")
    row = get_object_or_404(Controller.objects.select_related("customer"), customer_id=pk)
    made: list[str] = []

    def give() -> None:
        made.append(controllers.give_key(controller=row, actor=actor_of(request), now=clock.now()))

    if not try_it(request, give, "Made."):
        return redirect("console:opendsr_controller", pk)
    answer = show(request, "opendsr_key.html", f"OpenDSR · {row.customer.name}", controller=row, key=made[0])
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def protocol(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: whom it is about, what it would do in the customer's systems, and what was told."""
    case = case_or_404(request, pk)
    row = get_object_or_404(ProtocolRequest.objects.select_related("controller__customer", "case"), case=case)
    if request.method == "POST":
        return _act(request, row)
    with transaction.atomic():
        record(LOOKED_AT, actor=actor_of(request), at=clock.now(), target=row, is_demo=row.is_demo)
    by_systems = bool(row.controller.systems)
    waits = row.status == Status.PENDING or bool(row.status == Status.IN_PROGRESS and row.problem)
    return show(
        request,
        "opendsr_request.html",
        f"OpenDSR · {case.reference}",
        row=row,
        case=case,
        identities=json.loads(row.identities or "[]"),
        urls=json.loads(row.callback_urls or "[]"),
        look=look(row, now=clock.now()) if waits and by_systems else None,
        waits=waits,
        by_systems=by_systems,
        by_hand=row.status == Status.IN_PROGRESS and (not by_systems or bool(row.problem)),
        may_start=_may_start(request, row),
        hand_form=HandForm(),
        back_form=BackForm(),
        reason=REASONS.get(row.reason, ""),
        callbacks=row.callbacks.all(),
        history=HistoryRow.objects.filter(subject_request_id=case.pk, kind__startswith="opendsr").order_by("at", "id"),
    )


def _may_start(request: HttpRequest, row: ProtocolRequest) -> bool:
    return row.kind != "erasure" or request.user.has_perm("dsr.approve_erasure")


def _act(request: HttpRequest, row: ProtocolRequest) -> HttpResponse:
    acts: dict[str, tuple[Callable[[HttpRequest, ProtocolRequest], None], str]] = {
        "start": (_start, "Started. It can no longer be cancelled."),
        "done": (_done, "Completed, and the customer is told."),
        "back": (_back, "Sent back, and the customer is told."),
    }
    act, done = acts.get(request.POST.get("act", ""), (None, ""))
    if act is None:
        raise PermissionDenied
    try_it(request, partial(act, request, row), done)
    return redirect("console:opendsr_request", row.case_id)


def _start(request: HttpRequest, row: ProtocolRequest) -> None:
    """Exactly what was shown is started: other rows by now mean that somebody looks again."""
    if not _may_start(request, row):
        raise PermissionDenied
    now, seen = clock.now(), Look()
    if row.controller.systems:
        seen = look(row, now=now)
        if seen.silent:
            raise DomainError(seen.silent, code="system_silent")
        if request.POST.get("digest") != seen.digest:
            raise StaleState("What the systems hold has changed since you looked. Look again.")
    act = services.go_on if row.problem else services.start
    act(request=row, matched=seen.matched, plans=seen.plans, actor=actor_of(request), now=now)


def _done(request: HttpRequest, row: ProtocolRequest) -> None:
    form = HandForm(request.POST)
    if not form.is_valid():
        raise DomainError("Give how many records it was about, and write what was done.")
    services.finish_by_hand(request=row, **form.cleaned_data, actor=actor_of(request), now=clock.now())


def _back(request: HttpRequest, row: ProtocolRequest) -> None:
    form = BackForm(request.POST)
    if not form.is_valid():
        raise DomainError("Choose why it is sent back.", field="reason")
    services.send_back(request=row, **form.cleaned_data, actor=actor_of(request), now=clock.now())


def _may(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def opendsr_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of these pages; `wrap` is the console's own check of who may come in."""
    return [
        path("customers/<uuid:pk>/opendsr/", wrap(controller), name="opendsr_controller"),
        path("customers/<uuid:pk>/opendsr/key/", wrap(controller_key), name="opendsr_key"),
        path("<uuid:pk>/opendsr/", wrap(protocol), name="opendsr_request"),
    ]

"""The console pages of triage and referral, of business customers, and of the help that they ask for."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.models import SubjectRequest
from dsr.referring import helping, services
from dsr.referring.models import Assist, BusinessCustomer, Referral
from dsr.referring.rules import LONGEST_NAME, REMIND_AFTER_DAYS
from dsr.rights import RIGHTS
from dsr.states import Role
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock

SHOWN = 100


class RoleForm(forms.Form):
    """Who decides about the data."""

    role = forms.ChoiceField(
        label="Who decides about the data that it is about?",
        choices=[
            (Role.CONTROLLER, "We do: an account, a purchase, a newsletter of ours"),
            (Role.PROCESSOR, "A business customer that put it here: the request is referred to it"),
        ],
        widget=forms.RadioSelect,
    )
    named = forms.CharField(
        label="The company, as the person named it",
        help_text="Only for a business customer. Do not look whether we hold anything: nobody may hear that.",
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    customer = forms.ModelChoiceField(
        label="The same company in our register",
        queryset=BusinessCustomer.objects.none(),
        required=False,
        empty_label="None of them: the person is told whom to ask",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = BusinessCustomer.objects.filter(ended_at=None)


class CustomerForm(forms.Form):
    """A business customer."""

    name = forms.CharField(label="Company", max_length=LONGEST_NAME)
    email = forms.CharField(label="Where it takes requests", max_length=254, widget=forms.EmailInput)
    remind_after_days = forms.IntegerField(
        label="Remind after days", min_value=1, max_value=60, initial=REMIND_AFTER_DAYS
    )


class AssistForm(forms.Form):
    """What a customer needs."""

    right = forms.ChoiceField(label="What its person asked for", choices=[(r.code, r.label) for r in RIGHTS.values()])
    words = forms.CharField(
        label="What the customer needs from us", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    asked_on = forms.DateField(label="Asked on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    due_on = forms.DateField(
        label="Agreed for", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    their_reference = forms.CharField(label="Its reference", max_length=60, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The first question: controller or processor. For a customer's data the referral is part of the answer."""
    case = case_or_404(request, pk)
    form = RoleForm(_posted(request), initial={"role": case.role})
    if form.is_valid() and _sort(request, case, form.cleaned_data):
        return back_to(case)
    return show(request, "role.html", f"Whose data? · {case.reference}", subject_request=case, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """The register of business customers, what was referred to them, and what help they wait for."""
    _may(request, "dsr.work_subject_request")
    form = CustomerForm(_posted(request))
    if request.method == "POST":
        _may(request, "referring.manage_customers")
        if form.is_valid():
            act = partial(helping.keep_customer, **form.cleaned_data, actor=actor_of(request), now=clock.now())
            if try_it(request, partial(act, is_demo=settings.KEPT_DEMO), "Noted."):
                return redirect("console:dsr_customers")
    return show(
        request,
        "customers.html",
        "Business customers and referrals",
        form=form,
        customers=BusinessCustomer.objects.all()[:SHOWN],
        referrals=_referrals()[:SHOWN],
        assists=Assist.objects.filter(done_at=None).select_related("customer")[:SHOWN],
        today=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def customer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One customer: what it asked of us, and a form for more."""
    _may(request, "dsr.work_subject_request")
    row = get_object_or_404(BusinessCustomer, pk=pk)
    now = clock.now()
    form = AssistForm(_posted(request), initial={"asked_on": clock.local_date(now, settings.KEPT_TIME_ZONE)})
    if request.method == "POST" and form.is_valid():
        act = partial(helping.open_assist, customer=row, **form.cleaned_data, actor=actor_of(request), now=now)
        if try_it(request, act, "Noted, with its date."):
            return redirect("console:dsr_customer", pk)
    return show(request, "customer.html", row.name, customer=row, form=form, assists=row.assists.all()[:SHOWN])


@require_POST
def customer_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The customer has left."""
    _may(request, "referring.manage_customers")
    row = get_object_or_404(BusinessCustomer, pk=pk)
    try_it(
        request, lambda: helping.end_customer(customer=row, actor=actor_of(request), now=clock.now()), "It has left."
    )
    return redirect("console:dsr_customers")


@recently_authenticated
@require_POST
def customer_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file of one customer, for that customer."""
    _may(request, "referring.manage_customers")
    row = get_object_or_404(BusinessCustomer, pk=pk)
    body = helping.file_of_customer(customer=row, actor=actor_of(request), now=clock.now())
    response = JsonResponse(body, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="customer-{row.pk}.json"'
    return response


@require_POST
def assist_done(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say what was done."""
    _may(request, "dsr.work_subject_request")
    row = get_object_or_404(Assist, pk=pk)
    result = request.POST.get("result", "")[:4000]
    act = partial(helping.finish_assist, assist=row, result=result, actor=actor_of(request), now=clock.now())
    try_it(request, act, "Done.")
    return redirect("console:dsr_customer", row.customer_id)


@require_POST
def referral_acknowledged(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The customer confirmed that it has it."""
    _may(request, "dsr.work_subject_request")
    row = get_object_or_404(Referral.objects.select_related("subject_request"), pk=pk)
    act = partial(services.acknowledge_referral, referral=row, actor=actor_of(request), now=clock.now())
    try_it(request, act, "Noted.")
    return redirect("console:dsr_customers")


def _sort(request: HttpRequest, case: SubjectRequest, values: dict[str, Any]) -> bool:
    actor, now = actor_of(request), clock.now()
    if values["role"] == Role.PROCESSOR:
        named, customer = values["named"], values["customer"]
        return try_it(
            request,
            lambda: services.refer(subject_request=case, named=named, customer=customer, actor=actor, now=now),
            "Referred. The person is told whom to ask.",
        )
    return try_it(
        request,
        lambda: services.set_role(subject_request=case, role=values["role"], actor=actor, now=now),
        "Noted: we answer it ourselves.",
    )


def _posted(request: HttpRequest) -> Any:
    """What a form is bound to; nothing on a page that is only shown."""
    return request.POST if request.method == "POST" else None


def _referrals() -> "QuerySet[Referral]":
    return Referral.objects.select_related("customer", "subject_request").order_by("-referred_at", "id")


def _may(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def referral_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of these pages; `wrap` is the console's own check of who may come in."""
    return [
        path("<uuid:pk>/role/", wrap(role), name="dsr_role"),
        path("customers/", wrap(customers), name="dsr_customers"),
        path("customers/<uuid:pk>/", wrap(customer), name="dsr_customer"),
        path("customers/<uuid:pk>/end/", wrap(customer_end), name="dsr_customer_end"),
        path("customers/<uuid:pk>/file/", wrap(customer_file), name="dsr_customer_file"),
        path("assists/<uuid:pk>/done/", wrap(assist_done), name="dsr_assist_done"),
        path("referrals/<uuid:pk>/acknowledged/", wrap(referral_acknowledged), name="dsr_referral_acknowledged"),
    ]

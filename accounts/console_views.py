"""Pages of API keys in the console: make one, give its successor, revoke it. A key is shown once, when it is made."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.api_keys import (
    LONGEST_LABEL,
    LONGEST_OVERLAP,
    SCOPES,
    has_successor,
    is_over,
    make_api_key,
    revoke_api_key,
    rotate_api_key,
)
from accounts.models import ApiKey
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

RIGHT = "accounts.manage_api_keys"
USUAL_LIFE = dt.timedelta(days=365)
USUAL_OVERLAP_HOURS = 72


class KeyForm(forms.Form):
    """Who gets a key, for what, and until when."""

    label = forms.CharField(
        label="Name of the system", max_length=LONGEST_LABEL, help_text="One key for each system, such as shop."
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, f"{scope}: {does}") for scope, does in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        help_text="Empty for a key without an end.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class OverlapForm(forms.Form):
    """How long the old key works beside its successor."""

    overlap = forms.IntegerField(
        label="Hours for which the old key still works",
        min_value=0,
        max_value=LONGEST_OVERLAP.days * 24,
        initial=USUAL_OVERLAP_HOURS,
        help_text=f"0 ends it at once; {LONGEST_OVERLAP.days * 24} at most.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def key_add(request: HttpRequest) -> HttpResponse:
    """Make a key. It is on the answer of the POST, and nowhere else."""
    _require(request)
    now = clock.now()
    usual_end = clock.local_date(now + USUAL_LIFE, settings.KEPT_TIME_ZONE)
    form = KeyForm(request.POST or None, initial={"ends_on": usual_end})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            key = make_api_key(
                label=given["label"],
                scopes=" ".join(given["scopes"]),
                actor=staff_actor(request),
                now=now,
                expires_at=_end_of(given["ends_on"]),
            )
        except DomainError as error:
            field = "ends_on" if error.field == "expires_at" else error.field
            form.add_error(field if field in form.fields else None, error.message)
        else:
            return _key(request, ApiKey.objects.get(label=given["label"]), key)
    return _show(request, "add.html", "Make an API key", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def key_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One key: what it may do, when it was used, and what one can do. The key itself is not kept."""
    _require(request)
    row = get_object_or_404(ApiKey, pk=pk)
    now, act = clock.now(), request.POST.get("act", "")
    form = OverlapForm(request.POST if act == "rotate" else None)
    if request.method == "POST":
        try:
            if act == "rotate":
                if form.is_valid():
                    overlap = dt.timedelta(hours=form.cleaned_data["overlap"])
                    fresh = rotate_api_key(key=row, overlap=overlap, actor=staff_actor(request), now=now)
                    return _key(request, ApiKey.objects.get(label=row.label), fresh)
            elif act == "revoke":
                revoke_api_key(key=row, actor=staff_actor(request), now=now)
                messages.success(request, "Revoked. Whoever sends this key is refused from now on.")
            else:
                raise PermissionDenied
        except DomainError as error:
            messages.error(request, error.message)
        if not form.errors:
            return redirect("console:accounts_apikey_change", row.pk)
    is_live = row.revoked_at is None and not is_over(row, now)
    scopes = [(scope, SCOPES.get(scope, "")) for scope in row.scopes.split()]
    state = {"is_live": is_live, "is_rotated": has_successor(row)}
    return _show(request, "key.html", row.label, row=row, scopes=scopes, form=form, **state)


def _end_of(day: dt.date | None) -> dt.datetime | None:
    """The moment at which a last day is over."""
    return clock.midnight(day + dt.timedelta(days=1), settings.KEPT_TIME_ZONE) if day else None


def _key(request: HttpRequest, row: ApiKey, key: str) -> HttpResponse:
    answer = _show(request, "shown_once.html", row.label, row=row, key=key)
    answer["Cache-Control"] = "no-store"
    return answer


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**console.each_context(request), "title": title, **context}
    return render(request, f"accounts/console/{template}", values)

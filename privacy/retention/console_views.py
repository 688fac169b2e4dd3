"""Pages of retention in the console: rules with their dry runs, and legal holds. Every change is a POST."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.selectors import find_subjects
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.retention.forms import HoldForm
from privacy.retention.models import DisposalRun, LegalHold
from privacy.retention.selectors import Rule, newest_runs, periods_without_rule, rules_or_none
from privacy.retention.services import (
    disable_rule,
    dry_run,
    enable_rule,
    place_hold,
    release_hold,
    review_hold,
    start_run,
    stop_run,
)

RULE_ACTS: dict[str, tuple[Callable[..., object], str]] = {
    "dry-run": (dry_run, "Counted. Nothing was touched."),
    "enable": (enable_rule, "The rule is switched on: it acts once a day."),
    "disable": (disable_rule, "The rule is switched off."),
    "start": (start_run, "The run is started."),
    "stop": (stop_run, "The run stops at its next chunk."),
}
HOLD_ACTS: dict[str, tuple[Callable[..., object], str]] = {
    "review": (review_hold, "The hold stays; it is looked at again in ninety days."),
    "release": (release_hold, "The hold is released. What it kept may be erased from now on."),
}


def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule with its period, its last dry run and its last run; and the periods without a table."""
    _require(request, "retention.switch_rules")
    every = rules_or_none()
    dry_runs = newest_runs(rule.code for rule in every)
    lines = [_line(rule, dry_runs.get((rule.code, True))) for rule in every]
    gaps = periods_without_rule() if every else []
    return _show(request, "rules.html", "Retention rules", lines=lines, gaps=gaps)


def _line(rule: Rule, seen: DisposalRun | None) -> dict[str, Any]:
    running = rule.last_run if rule.last_run and rule.last_run.state == "running" else None
    return {"rule": rule, "problem": rule.problem, "dry_run": seen, "running": running}


@require_POST
@recently_authenticated
def rule_act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """One act on one rule."""
    _require(request, "retention.switch_rules")
    if act not in RULE_ACTS:
        raise PermissionDenied
    service, done = RULE_ACTS[act]
    _try(request, lambda: service(code=code, actor=staff_actor(request), now=clock.now()), done)
    return redirect("console:retention_rules")


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def hold_place(request: HttpRequest) -> HttpResponse:
    """Place a hold on a person, a table, or one table of a person."""
    _require(request, "retention.manage_holds")
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            place_hold(
                reason=given["reason"],
                ground=given["ground"],
                subject_ids=_subjects(given["email"]),
                tables=given["tables"],
                actor=staff_actor(request),
                now=clock.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The hold stands. Every erasure and disposal respects it from now on.")
            return redirect("console:retention_legalhold_changelist")
    return _show(request, "place.html", "Place a legal hold", form=form)


def _subjects(email: str) -> list[uuid.UUID]:
    if not email:
        return []
    found = find_subjects("email", email)
    if not found:
        raise InvalidInput("Nobody is known by this address here.", field="email")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def hold_page(request: HttpRequest, pk: uuid.UUID | str) -> HttpResponse:
    """One hold: what it keeps and why, and the two things one can do with it."""
    _require(request, "retention.manage_holds")
    hold = get_object_or_404(LegalHold.objects.prefetch_related("targets"), pk=pk)
    if request.method == "POST" and (act := HOLD_ACTS.get(request.POST.get("act", ""))):
        service, done = act
        _try(request, lambda: service(hold=hold, actor=staff_actor(request), now=clock.now()), done)
        return redirect("console:retention_legalhold_changelist")
    return _show(request, "hold.html", "Legal hold", hold=hold, targets=hold.targets.all())


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    back = reverse("console:index")
    values = {**console.each_context(request), "title": title, "back": back, **context}
    return render(request, f"retention/console/{template}", values)


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)

"""Pages of intake in the console. Every change is a POST."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.selectors import person_of
from privacy.audit.services import record
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.intake.audit_events import OPENED
from privacy.intake.models import TellTask
from privacy.intake.selectors import letter_of
from privacy.intake.services.telling import tell
from privacy.kernel import clock
from privacy.kernel.errors import DomainError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell_page(request: HttpRequest, pk: uuid.UUID | str) -> HttpResponse:
    """One person to be told: the letter, and how it went out."""
    require(request, "intake.tell_people")
    task = get_object_or_404(TellTask.objects.select_related("collection"), pk=pk)
    if request.method == "POST":
        how = request.POST.get("how", "")
        attempt(request, lambda: tell(task=task, how=how, actor=staff_actor(request), now=clock.now()), "Noted.")
        return redirect("console:intake_telltask_changelist")
    note_opened(request, task, "tell")
    has_address = bool(person_of(task.subject_id).values("email"))
    return show(request, "tell.html", "Tell a person", task=task, letter=letter_of(task), has_address=has_address)


def require(request: HttpRequest, permission: str) -> None:
    """PermissionDenied for staff without this right."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


@transaction.atomic
def note_opened(request: HttpRequest, row: Any, kind: str) -> None:
    """Opening a person's data is an act."""
    record(
        OPENED,
        actor=staff_actor(request),
        at=clock.now(),
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        kind=kind,
    )


def show(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the console."""
    values = {**console.each_context(request), "title": title, "back": reverse("console:index"), **context}
    return render(request, f"intake/console/{template}", values, status=status)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Do it, and say in a sentence how it went."""
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)

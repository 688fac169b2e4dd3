"""What the console pages of a case share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from dsr.models import SubjectRequest
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in member of staff as an actor."""
    return staff_actor(request)


BESIDE = ("subject", "contact", "identity_record", "mandate", "child_report")


def case_or_404(request: HttpRequest, pk: Any) -> SubjectRequest:
    """The case for somebody who may work on it; Http404 for none."""
    if not request.user.has_perm("dsr.work_subject_request"):
        raise PermissionDenied
    try:
        return get_object_or_404(SubjectRequest.objects.select_related(*BESIDE), pk=pk)
    except ValidationError:
        raise Http404 from None


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page of a case."""
    return render(request, f"dsr/console/{template}", {**console.each_context(request), "title": title, **context})


def back_to(subject_request: SubjectRequest) -> HttpResponse:
    """To the case page."""
    return redirect(reverse("console:dsr_subjectrequest_change", args=[subject_request.pk]))


def try_it(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Run one service; a rule that says no becomes a red message."""
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True

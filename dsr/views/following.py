"""Follow one's own requests: the list, and the status page by account or by a mailed link."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import signed_in_user
from dsr.models import SubjectRequest
from dsr.rules import FRESH
from dsr.services.intake import resend
from dsr.services.links import DeadLink, read_link
from dsr.status_page import case_line, own_case, own_cases, status_page
from dsr.views.deciding import act_on
from dsr.views.filing import dead_link
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import speaks
from privacy.kernel.uploading import InMemory


@speaks
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Signed in: one's own requests. Otherwise: how to file and how to follow."""
    if not request.user.is_authenticated:
        return render(request, "dsr/enter.html")
    lines = [case_line(case) for case in own_cases(signed_in_user(request).subject_id)[:100]]
    context = {
        "open_lines": [line for line in lines if line.case.closed_at is None],
        "past_lines": [line for line in lines if line.case.closed_at is not None],
    }
    return render(request, "dsr/list.html", context)


@speaks
@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
@never_cache
@login_required
def own(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One's own request. Another person's does not exist here. A file stays in memory until it is sealed."""
    request.upload_handlers = [InMemory(request)]
    return _own(request, pk)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _own(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        case = own_case(subject_id=signed_in_user(request).subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    actor = Actor.subject(signed_in_user(request).subject_id, via="account")
    if request.method == "POST":
        act_on(request, case, actor)
        return redirect("request_own", case.pk)
    page = status_page(case)
    context = {
        "page": page,
        "may_read": True,
        "package_url": reverse("request_own_package", args=[case.pk]),
        "owed": page.owes_proof,
        "prove_url": reverse("request_prove", args=[case.pk]),
        "evidence_url": reverse("request_own_evidence", args=[case.pk]) if page.is_invited else "",
    }
    return render(request, "dsr/status.html", context)


@speaks
@csrf_exempt  # as above
@never_cache
def status(request: HttpRequest, token: str) -> HttpResponseBase:
    """By a mailed link. A letter is shown by a fresh link only; an older one can mail a fresh one."""
    request.upload_handlers = [InMemory(request)]
    return _status(request, token)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _status(request: HttpRequest, token: str) -> HttpResponse:
    now = clock.now()
    try:
        link = read_link(kind="status", token=token, now=now)
    except (DeadLink, NotFound) as error:
        return dead_link(request, error)
    case = link.subject_request
    if request.method == "POST" and request.POST.get("act") == "mail_link":
        return _mail_link(request, case, token)
    if request.method == "POST":
        act_on(request, case, Actor.subject(case.subject_id, via="link") if case.subject_id else ANONYMOUS)
        return redirect("request_status", token)
    may_read = now - link.created_at <= FRESH
    package_url = reverse("request_status_package", args=[token])
    page = status_page(case)
    context = {
        "page": page,
        "may_read": may_read,
        "package_url": package_url,
        "token": token,
        "owed": page.owes_proof,
        "evidence_url": reverse("request_status_evidence", args=[token]) if page.is_invited else "",
    }
    return render(request, "dsr/status.html", context)


def _mail_link(request: HttpRequest, case: SubjectRequest, token: str) -> HttpResponse:
    contact = getattr(case, "contact", None)
    if contact and contact.email:
        resend(email=contact.email, language=case.language, now=clock.now(), is_demo=settings.KEPT_DEMO)
        messages.success(request, _("A fresh link is on its way to your mailbox. It shows the letter for ten minutes."))
    else:
        messages.error(request, _("We keep no mailbox for this request any more. Write to us with your reference."))
    return redirect("request_status", token)

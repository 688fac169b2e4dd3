"""Doors by which a person shows who they are."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import signed_in_user
from accounts.limits import is_over_limit
from dsr.identity.forms import CodeForm
from dsr.identity.levels import Level
from dsr.identity.models import EvidenceKind
from dsr.identity.services.codes import use_code
from dsr.identity.services.evidence import is_invited, keep_evidence
from dsr.identity.services.raising import raise_level
from dsr.identity.services.uploading import uploaded
from dsr.models import SubjectRequest
from dsr.services.links import DeadLink, read_link
from dsr.status_page import own_case
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.languages import speaks
from privacy.kernel.uploading import InMemory


@speaks
@never_cache
@login_required
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def prove_own(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One's own request, by the sign-in proven again: the page asks for it before it opens, the POST notes it."""
    user = signed_in_user(request)
    try:
        case = own_case(subject_id=user.subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    if request.method != "POST":
        return render(request, "dsr/identity/prove.html", {"case": case})
    actor = Actor.subject(user.subject_id, via="account")
    try:
        raise_level(subject_request=case, level=Level.V2, method="signed_in", actor=actor, now=clock.now())
    except DomainError as error:
        messages.error(request, _(error.message))
    else:
        messages.success(request, _("Thank you. We know now that it is you."))
    return redirect("request_own", case.pk)


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Confirm by reference and code, without a link. What is wrong about them is not said."""
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return render(request, "dsr/identity/code.html", {"form": form})
    if is_over_limit(request, "code"):
        return render(request, "kept/too_many.html", status=429)
    if form.is_valid():
        values = form.cleaned_data
        if use_code(reference=values["reference"], code=values["code"], actor=ANONYMOUS, now=clock.now()):
            return render(request, "dsr/identity/code.html", {"done": True})
        form.add_error("code", _("This code is wrong, used or too old. Check both, or ask us for a new one."))
    return render(request, "dsr/identity/code.html", {"form": form}, status=400)


@speaks
@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
@never_cache
@login_required
def evidence_own(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A file for one's own request, where it was asked for. It stays in memory until it is sealed."""
    request.upload_handlers = [InMemory(request)]
    return _evidence_own(request, pk)


@csrf_protect
@require_POST
def _evidence_own(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user = signed_in_user(request)
    try:
        case = own_case(subject_id=user.subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    _take(request, case, Actor.subject(user.subject_id, via="account"))
    return redirect("request_own", case.pk)


@speaks
@csrf_exempt  # as above
@never_cache
def evidence_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """The same by a mailed link: it takes a file and shows none."""
    request.upload_handlers = [InMemory(request)]
    return _evidence_by_link(request, token)


@csrf_protect
@require_POST
def _evidence_by_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = read_link(kind="status", token=token, now=clock.now())
    except (DeadLink, NotFound) as error:
        return render(request, "dsr/dead_link.html", {"why": error}, status=error.http_status)
    case = link.subject_request
    _take(request, case, Actor.subject(case.subject_id, via="link") if case.subject_id else ANONYMOUS)
    return redirect("request_status", token)


def _take(request: HttpRequest, case: SubjectRequest, actor: Actor) -> None:
    given = request.FILES.get("file")
    try:
        if given is None:
            raise InvalidInput(_("Choose a file first."), field="file")
        if not is_invited(case):
            raise DomainError(_("We did not ask you for a file. Please send none."))
        keep_evidence(
            subject_request=case,
            data=uploaded(given),
            name=given.name or "",
            kind=EvidenceKind.LETTER,
            actor=actor,
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, _(error.message))
    else:
        messages.success(request, _("Thank you. The file is with us, and goes after the check."))

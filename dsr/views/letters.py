"""A letter of one's own request as a PDF: by account, or by a mailed link that is at most ten minutes old."""

import datetime as dt
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.current import signed_in_user
from dsr.models import SubjectRequest
from dsr.rules import FRESH
from dsr.services.links import DeadLink, read_link
from dsr.services.printing import letter_of, pdf_of
from dsr.status_page import own_case
from dsr.views.filing import dead_link
from privacy.kernel import clock
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import speaks


@speaks
@never_cache
@login_required
@require_safe
def own(request: HttpRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    """A letter of one's own request; of another's there is none."""
    try:
        case = own_case(subject_id=signed_in_user(request).subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    return as_file(case, letter)


@speaks
@never_cache
@require_safe
def by_link(request: HttpRequest, token: str, letter: uuid.UUID) -> HttpResponse:
    """A letter by a fresh link."""
    now = clock.now()
    try:
        link = read_link(kind="status", token=token, now=now)
    except (DeadLink, NotFound) as error:
        return dead_link(request, error)
    if not dt.timedelta(0) <= now - link.created_at <= FRESH:
        messages.error(request, _("This link is older than ten minutes. Ask for a fresh one, then download."))
        return redirect("request_status", token)
    return as_file(link.subject_request, letter)


def as_file(case: SubjectRequest, pk: uuid.UUID) -> HttpResponse:
    """The PDF, named by the reference; Http404 where the case has no such letter."""
    try:
        letter = letter_of(subject_request=case, pk=pk)
    except NotFound:
        raise Http404 from None
    return pdf_response(pdf_of(letter), f"{case.reference}-{letter.kind}.pdf")


def pdf_response(data: bytes, name: str) -> HttpResponse:
    """A PDF to keep."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

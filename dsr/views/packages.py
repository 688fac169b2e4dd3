"""Take the package that answers a request along: by POST, authorized each time, counted."""

import datetime as dt
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.current import signed_in_user
from dsr.models import SubjectRequest
from dsr.rules import FRESH
from dsr.services.links import DeadLink, read_link
from dsr.services.releasing import released_package
from dsr.status_page import own_case
from dsr.views.filing import dead_link
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.languages import speaks
from privacy.personal_data.prepared import take_package


@speaks
@never_cache
@login_required
@recently_authenticated
@require_POST
def own(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The package of one's own request, with the password given again just now."""
    try:
        case = own_case(subject_id=signed_in_user(request).subject_id, pk=pk)
    except NotFound:
        raise Http404 from None
    actor = Actor.subject(signed_in_user(request).subject_id, via="account")
    return _file(request, case, actor, reverse("request_own", args=[case.pk]))


@speaks
@never_cache
@require_POST
def by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """By a mailed link that is at most ten minutes old."""
    now = clock.now()
    try:
        link = read_link(kind="status", token=token, now=now)
    except (DeadLink, NotFound) as error:
        return dead_link(request, error)
    back = reverse("request_status", args=[token])
    if not dt.timedelta(0) <= now - link.created_at <= FRESH:
        messages.error(request, _("This link is older than ten minutes. Ask for a fresh one, then download."))
        return redirect(back)
    case = link.subject_request
    actor = Actor.subject(case.subject_id, via="link") if case.subject_id else ANONYMOUS
    return _file(request, case, actor, back)


def _file(request: HttpRequest, case: SubjectRequest, actor: Actor, back: str) -> HttpResponseBase:
    now = clock.now()
    package = released_package(case.pk, now)
    try:
        if package is None:
            raise NotFound(_("There is nothing to download any more."))
        given = take_package(pk=package.pk, case_id=case.pk, actor=actor, now=now)
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect(back)
    response = StreamingHttpResponse(given.chunks, content_type="application/zip")
    response["Content-Length"] = str(given.package.size)
    response["Content-Disposition"] = f'attachment; filename="{case.reference}.zip"'
    return response

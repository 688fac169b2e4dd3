"""The doors of /my-data/: what is held, the rows of a table, and the package to take along."""

import json
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.current import signed_in_user
from accounts.models import User
from accounts.selectors import person_of
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated
from privacy.jobs.models import Job, JobState
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.languages import speaks
from privacy.pages.audit_events import SEEN
from privacy.pages.my_data.overview import PolicyWords, overview_of
from privacy.pages.my_data.rows import own_table, page_of_rows
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import BUILD, GOOD_FOR, OPEN_STATES, ask_for_package, take_package

SEEN_KEY = "my_data_seen"


@speaks
@never_cache
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is held about the person who is signed in, and nobody else."""
    user = signed_in_user(request)
    _note_reading(request, user)
    result = overview_of(person_of(user.subject_id))
    context = {"overview": result, "package": _open_package(user), "has_policy": result.policy_on is not None}
    return render(request, "pages/my_data.html", context)


@speaks
@never_cache
@login_required
@require_safe
def table(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of one table. What an outside system holds is in the package, not here."""
    user = signed_in_user(request)
    _note_reading(request, user)
    after = request.GET.get("after", "")
    try:
        page = page_of_rows(
            own_table(key), person_of(user.subject_id), after=after, purposes=PolicyWords.in_force().purposes
        )
    except NotFound:
        raise Http404 from None
    return render(request, "pages/my_table.html", {"page": page, "is_first": not after})


@speaks
@never_cache
@login_required
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest) -> HttpResponse:
    """Ask for the package, and see the earlier ones."""
    user = signed_in_user(request)
    if request.method == "POST":
        try:
            package = ask_for_package(
                subject_id=user.subject_id, actor=_actor(user), now=clock.now(), is_demo=user.is_demo
            )
        except DomainError as error:
            messages.error(request, gettext(error.message))
            return redirect("my_data_download")
        return redirect("my_data_package", package.pk)
    earlier = PreparedPackage.objects.filter(subject_id=user.subject_id, case_id=None).order_by("-asked_at")[:10]
    named = [(each, gettext(each.get_state_display())) for each in earlier]
    context = {"package": _open_package(user), "earlier": named, "days": GOOD_FOR.days}
    return render(request, "pages/download.html", context)


@speaks
@never_cache
@login_required
@recently_authenticated
@require_safe
def package(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the package is."""
    found = PreparedPackage.objects.filter(pk=pk, subject_id=signed_in_user(request).subject_id, case_id=None).first()
    if found is None:
        raise Http404
    is_over = found.state == PackageState.READY and found.ends_at is not None and found.ends_at <= clock.now()
    job = Job.objects.filter(idem_key=f"{BUILD}:{pk}").only("state", "attempts").first()
    context = {
        "package": found,
        "silent": json.loads(found.silent),
        "is_ready": found.state == PackageState.READY and not is_over,
        "is_waiting": found.state == PackageState.ASKED,
        "is_stuck": found.state == PackageState.ASKED and (job is None or job.state == JobState.NEEDS_HUMAN),
        "is_taken": found.state == PackageState.TAKEN,
    }
    return render(request, "pages/package.html", context)


@speaks
@never_cache
@login_required
@recently_authenticated
@require_POST
def package_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file itself, once. A link cannot fetch it."""
    user, now = signed_in_user(request), clock.now()
    try:
        given = take_package(pk=pk, subject_id=user.subject_id, actor=_actor(user), now=now)
    except NotFound:
        raise Http404 from None
    except DomainError as error:
        messages.error(request, gettext(error.message))
        return redirect("my_data_download")
    response = StreamingHttpResponse(given.chunks, content_type="application/zip")
    response["Content-Length"] = str(given.package.size)
    response["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.zip"'
    return response


def _actor(user: User) -> Actor:
    return Actor.subject(user.subject_id, via="account")


def _open_package(user: User) -> PreparedPackage | None:
    rows = PreparedPackage.objects.filter(subject_id=user.subject_id, case_id=None, state__in=OPEN_STATES)
    return rows.exclude(state=PackageState.READY, ends_at__lte=clock.now()).first()


def _note_reading(request: HttpRequest, user: User) -> None:
    """Opening a person's data is an act. Once for each session and hour: a reload is not another one."""
    now = clock.now()
    hour = f"{now:%Y-%m-%dT%H}"
    if request.session.get(SEEN_KEY) == hour:
        return
    with transaction.atomic():
        record(SEEN, actor=_actor(user), at=now, subject_id=user.subject_id, is_demo=user.is_demo)
    request.session[SEEN_KEY] = hour

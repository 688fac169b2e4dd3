"""The pages of a review: its queue, searching, adding documents, approving, the log."""

import csv
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from dsr.models import SubjectRequest
from dsr.review.audit_events import LOG_EXPORTED, SEARCHED
from dsr.review.forms import AddForm
from dsr.review.models import Review
from dsr.review.selectors import (
    checked_by,
    first_people,
    must_be_checked,
    progress,
    queue,
    redaction_log,
    review_digest,
    review_of,
    search,
)
from dsr.review.services import approving, collecting
from dsr.review.services.noting import note
from dsr.review.vocabulary import ReviewState, Ruling
from dsr.saved_views.selectors import has_keys
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.kernel.rendering.checking import MOST_BYTES
from privacy.kernel.uploading import InMemory
from privacy.personal_data.package import csv_cell

RIGHT = approving.RIGHT
COLUMNS = ("document", "kind", "copies", "decision", "place", "reason", "article", "by", "at", "sha256")


def require_right(request: HttpRequest) -> uuid.UUID:
    """The id of the signed-in person; PermissionDenied without the right."""
    if not request.user.has_perm(RIGHT) or request.user.pk is None:
        raise PermissionDenied
    return uuid.UUID(str(request.user.pk))


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page of a review."""
    return render(request, f"dsr/review/{template}", {**console.each_context(request), "title": title, **context})


def back_to(review_id: uuid.UUID) -> HttpResponse:
    """To the queue of a review."""
    return redirect(reverse("console:review_review_change", args=[review_id]))


@require_POST
def begin(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the review of a case, and collect what there is."""
    require_right(request)
    case = get_object_or_404(SubjectRequest, pk=pk)
    actor, now = staff_actor(request), clock.now()
    if found := review_of(case.pk):
        return back_to(found.pk)
    try:
        review = collecting.open_review(subject_request=case, actor=actor, now=now)
        collecting.ask_to_collect(review=review, actor=actor, now=now)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(reverse("console:dsr_subjectrequest_change", args=[case.pk]))
    messages.success(request, "Every source is asked for documents now. Load the page again in a moment.")
    return back_to(review.pk)


@require_http_methods(["GET", "HEAD"])
def review_page(request: HttpRequest, pk: str) -> HttpResponse:
    """The queue: what there is, how far it is, what waits for a second person."""
    require_right(request)
    try:
        row = get_object_or_404(Review.objects.select_related("subject_request"), pk=uuid.UUID(str(pk)))
    except ValueError:
        raise Http404 from None
    return _show_queue(request, row, AddForm())


@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
def add(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Take a document in. Who may not does not get as far as sending one."""
    if not console.has_permission(request):
        return console.login(request)
    require_right(request)
    request.upload_handlers = [InMemory(request)]
    return _added(request, pk)


@csrf_protect
@require_POST
def _added(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Review.objects.select_related("subject_request"), pk=pk)
    form = AddForm(request.POST, request.FILES)
    if form.is_valid() and _add(request, row, form):
        return back_to(row.pk)
    return _show_queue(request, row, form)


def _show_queue(request: HttpRequest, row: Review, form: AddForm) -> HttpResponse:
    user = require_right(request)
    documents = queue(row)
    wanted = request.GET.get("show", "")
    shown = [each for each in documents if not wanted or each.ruling == wanted]
    term = request.GET.get("q", "").strip()[:100]
    hits = _searched(request, row, term) if term else []
    seen, firsts = checked_by(row, user), first_people(row)
    to_check = [(each, (each.pk, each.revision) in seen) for each in must_be_checked(documents)]
    return show(
        request,
        "review.html",
        f"Documents of {row.subject_request.reference}",
        review=row,
        subject_request=row.subject_request,
        documents=shown,
        progress=progress(documents),
        rulings=Ruling.choices,
        wanted=wanted,
        term=term,
        hits=hits,
        form=form,
        has_keys=has_keys(request.user),
        is_open=row.state == ReviewState.OPEN,
        is_first=user in firsts,
        is_alone=approving.is_alone(user, firsts),
        to_check=to_check,
        missing=approving.what_is_missing(row, documents, user) if row.state == ReviewState.OPEN else "",
        next_todo=next((each for each in documents if each.ruling == Ruling.TODO), None),
        digest=review_digest(row) if row.state == ReviewState.OPEN else row.digest,
    )


def _searched(request: HttpRequest, row: Review, term: str) -> list[Any]:
    """Searching reads every document, so it is an act."""
    try:
        hits = search(row, term)
    except DomainError as error:
        messages.error(request, error.message)
        return []
    with transaction.atomic():
        note(SEARCHED, review=row, actor=staff_actor(request), now=clock.now(), hits=len(hits))
    return hits


def _add(request: HttpRequest, row: Review, form: AddForm) -> bool:
    actor, now, values = staff_actor(request), clock.now(), form.cleaned_data
    try:
        if upload := values["file"]:
            data = upload.read(MOST_BYTES + 1)
            name = values["name"] or upload.name
            count = collecting.add_file(review=row, data=data, name=name, actor=actor, now=now)
        else:
            name = values["name"] or "text"
            count = collecting.add_text(review=row, text=values["text"], name=name, actor=actor, now=now)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, f"Added: {count} new." if count else "This is here already; it counts as a copy.")
    return True


@require_POST
@recently_authenticated
def approve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Approve the review as it was read, or open it again."""
    require_right(request)
    row = get_object_or_404(Review, pk=pk)
    actor, now = staff_actor(request), clock.now()
    try:
        if request.POST.get("act") == "reopen":
            approving.reopen_review(review=row, actor=actor, now=now)
            messages.success(request, "Open again. What is unchanged stays decided.")
        else:
            approving.approve_review(review=row, digest=request.POST.get("digest", ""), actor=actor, now=now)
            messages.success(request, "Approved. Build the package of the request now: it takes what was released.")
    except DomainError as error:
        messages.error(request, error.message)
    return back_to(row.pk)


@require_POST
def collect(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask every source again."""
    require_right(request)
    row = get_object_or_404(Review, pk=pk)
    try:
        collecting.ask_to_collect(review=row, actor=staff_actor(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Every source is asked now. Load the page again in a moment.")
    return back_to(row.pk)


@recently_authenticated
@require_http_methods(["GET", "HEAD"])
def log(request: HttpRequest, pk: uuid.UUID) -> StreamingHttpResponse:
    """The log of redactions as a table: places, reasons, who and when. Taking it out is an act."""
    require_right(request)
    row = get_object_or_404(Review.objects.select_related("subject_request"), pk=pk)
    lines = list(redaction_log(row.subject_request_id))
    with transaction.atomic():
        note(LOG_EXPORTED, review=row, actor=staff_actor(request), now=clock.now(), rows=len(lines))
    writer = csv.writer(_Echo())
    table = (writer.writerow([csv_cell(line.get(column)) for column in COLUMNS]) for line in lines)
    answer = StreamingHttpResponse([writer.writerow(COLUMNS), *table], content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="redactions-{row.subject_request.reference}.csv"'
    return answer


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text

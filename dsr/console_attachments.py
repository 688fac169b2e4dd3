"""What came along with a message, page by page as pictures that were made anew. Nobody is handed the file itself."""

import uuid
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from dsr.console_pages import actor_of, case_or_404, show
from dsr.correspondence.audit_events import ATTACHMENT_VIEWED
from dsr.correspondence.models import Attachment
from dsr.correspondence.services import original_of
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.rendering import render_pages

MOST_PAGES = 500


@require_safe
def attachment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One page of the file, and the ways to the others."""
    row, subject_request = _found(request, pk)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number[:6]) <= MOST_PAGES else 1
    facts: dict[str, Any] = {"row": row, "subject_request": subject_request, "page": page}
    return show(request, "attachment.html", f"A file of {subject_request.reference}", **facts)


@require_safe
def attachment_page(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """The picture of one page; looking at it is an act."""
    row, subject_request = _found(request, pk)
    if not 0 < number <= MOST_PAGES:
        raise Http404
    with transaction.atomic():
        record(
            ATTACHMENT_VIEWED,
            actor=actor_of(request),
            at=clock.now(),
            subject_id=subject_request.subject_id,
            target=row,
            is_demo=subject_request.is_demo,
        )
    try:
        picture = next(render_pages(b"".join(original_of(row)), first=number - 1, count=1), None)
    except (DomainError, UnreadableValue):
        picture = None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "no-store"})


def _found(request: HttpRequest, pk: uuid.UUID) -> tuple[Attachment, Any]:
    """The file and its case, for somebody who may work on it; Http404 for what is never shown."""
    row = get_object_or_404(Attachment.objects.select_related("message"), pk=pk)
    subject_request = case_or_404(request, row.message.subject_request_id)
    if not row.is_showable:
        raise Http404
    return row, subject_request

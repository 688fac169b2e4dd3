"""A letter of a case as a PDF, for staff who post it."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dsr.console_pages import actor_of, case_or_404
from dsr.services.printing import letter_of, print_letter
from privacy.kernel import clock
from privacy.kernel.errors import NotFound


@require_POST
def letter(request: HttpRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    """The letter to print. A POST, since taking it out is an act that is noted."""
    subject_request = case_or_404(request, pk)
    try:
        found = letter_of(subject_request=subject_request, pk=letter)
    except NotFound:
        raise Http404 from None
    data = print_letter(letter=found, actor=actor_of(request), now=clock.now())
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{subject_request.reference}-{found.kind}.pdf"'
    return response

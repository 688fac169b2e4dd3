"""What a measured link and the picture answer. They lead on and show a point in every case; whether anything is
kept is decided at this moment, by what the person says now."""

import base64

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.mailing.models import ReadingKind
from consent.mailing.tracking.links import CLICK, OPEN, Measured, read
from consent.mailing.tracking.services import note_reading
from privacy.kernel import clock
from privacy.kernel.errors import NotFound

POINT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # a clear GIF of one point


@never_cache
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """On to the target that is sealed in the address, and to no other."""
    link = _read(CLICK, token)
    _note(request, link, ReadingKind.CLICK)
    response = HttpResponseRedirect(link.target)
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The picture of one point."""
    _note(request, _read(OPEN, token), ReadingKind.OPEN)
    return HttpResponse(POINT, content_type="image/gif")


def _read(use: str, token: str) -> Measured:
    try:
        return read(use, token)
    except NotFound:
        raise Http404 from None


def _note(request: HttpRequest, link: Measured, kind: ReadingKind) -> None:
    """A HEAD asks about the link and reads nothing: programs send it, people do not."""
    if request.method == "GET":
        note_reading(link, kind, now=clock.now())

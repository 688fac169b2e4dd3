"""The private calendar feed: the link is the key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsr.services.calendar_feed import feed_text
from privacy.kernel import clock
from privacy.kernel.errors import NotFound


@never_cache
@require_safe
def feed(_request: HttpRequest, token: str) -> HttpResponse:
    """Due dates for a calendar program; references and rights only."""
    try:
        text = feed_text(token=token, now=clock.now())
    except NotFound:
        raise Http404 from None
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")

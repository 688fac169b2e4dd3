"""A signal is an act of the person, on any method and any page (design, rule 5).

Most requests carry none and pay two look-ups in a dict. Of the others, only those of a person whom we know
ask the database. Somebody without account and cookie is answered by the request alone, and nothing is kept.
"""

import uuid
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from accounts.models import User
from consent.banner.pseudonym import pseudonym_of
from consent.regions import region_of
from consent.signals.heeding import heed, honored_of
from consent.signals.reading import HEADERS, sent
from consent.signals.services import Sent


class Signals:
    """After the middleware that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if signals := sent(request.META):
            for subject_id in _known(request) if honored_of(signals) else ():
                heed(subject_id, signals, Sent(region=region_of(request)))
        answer = self.get_response(request)
        if request.META.get("kept.signals_read"):
            patch_vary_headers(answer, HEADERS.values())
        return answer


def _known(request: HttpRequest) -> Iterator[uuid.UUID]:
    """The signed-in person, and the browser where it carries our pseudonym."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
        yield request.user.subject_id
    if pseudonym := pseudonym_of(request):
        yield pseudonym

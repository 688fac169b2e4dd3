"""The short way to the decision API: past the middleware that pages need and this question does not.

It needs no session, no cookie, no form token and no page policy; TLS is still required.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from consent.api.decisions import decisions

PATH = "/api/v1/decisions"


class FastPath:
    """First in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH:
            return self.get_response(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return JsonResponse({"error": "Use https.", "field": ""}, status=403)
        try:
            answer = _ask(request)
        except DatabaseTrouble:  # no answer is a no: callers do not go ahead without an allow
            answer = JsonResponse({"error": "No answer now. Ask again.", "field": ""}, status=503)
            answer["Retry-After"] = "1"
        answer["Cache-Control"] = "no-store"
        return answer


def _ask(request: HttpRequest) -> HttpResponse:
    """Ask on the connection that is open, without first asking whether it still is: that would be one more
    statement for each question. Where it was cut, ask once more on a new one; a question writes nothing."""
    had_connection = connection.connection is not None
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    try:
        return decisions(request)
    except DatabaseTrouble:
        if not had_connection or connection.in_atomic_block:
            raise
        connection.close()
        return decisions(request)

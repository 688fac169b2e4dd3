"""The short way to the decision API: past everything that pages need and this question does not.

It needs no session, no cookie, no form token and no page policy; TLS is still required. The server's own door
(`FastDoor`, around the application of `privacy/wsgi.py`) spares Django's request as well; `FastPath` gives the same
answers where there is no such door, as in tests.
"""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from consent.api.decisions import Reply, exchange, refusal

PATH = "/api/v1/decisions"
COMMON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FastDoor:
    """A WSGI application around the other one: it answers this one path by itself."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self.application(environ, start_response)
        reply = answer(environ)
        headers = [*COMMON, *reply.headers, ("Content-Length", str(len(reply.body)))]
        start_response(LINES[reply.status], headers)
        return (reply.body,)


class FastPath:
    """First in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH:
            return self.get_response(request)
        reply = answer(request.META)
        return HttpResponse(reply.body, status=reply.status, headers=dict((*COMMON, *reply.headers)))


def answer(environ: dict[str, Any]) -> Reply:
    """Ask on the connection that is open, without first asking whether it still is: that would be one more
    statement for each question. Where it was cut, ask once more on a new one; a question writes nothing."""
    if settings.SECURE_SSL_REDIRECT and not _is_secure(environ):
        return refusal(403, "Use https.")
    _let_go_of_an_old_one()
    had_connection = connection.connection is not None
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    try:
        try:
            return exchange(environ)
        except DatabaseTrouble:
            if not had_connection or connection.in_atomic_block:
                raise
            connection.close()
            return exchange(environ)
    except DatabaseTrouble:  # no answer is a no: callers do not go ahead without an allow
        return refusal(503, "No answer now. Ask again.", headers=(("Retry-After", "1"),))


def _let_go_of_an_old_one() -> None:
    """What Django does at the beginning of its requests: a connection is not kept beyond CONN_MAX_AGE."""
    close_at = connection.close_at
    if close_at is not None and time.monotonic() >= close_at and not connection.in_atomic_block:
        connection.close()


def _is_secure(environ: dict[str, Any]) -> bool:
    """Whether the question came by TLS: to us, or to our own proxy, which says so."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if (said := environ.get(name)) is not None:
            return bool(said.split(",")[0].strip() == value)
    return environ.get("wsgi.url_scheme") == "https"

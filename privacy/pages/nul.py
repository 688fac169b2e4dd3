"""Nothing that holds a NUL byte gets as far as the database: PostgreSQL answers it with an error, not with no row."""

from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

NUL = "\x00"


class NoNulBytes:
    """Before sessions. An address with a NUL byte is a bad request; a cookie with one is as good as none,
    because whoever carries it may not have made it. Forms refuse theirs by field."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path_info or NUL in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest
        for name in [name for name, value in request.COOKIES.items() if NUL in value]:
            del request.COOKIES[name]
        return self.get_response(request)

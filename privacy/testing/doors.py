"""The doors of the product as its URL resolver knows them, so that a walk over the pages can be held against them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from privacy.console.evidence_admin import ReadOnlyAdmin

# What is no page, or no page of its own: the start of the route or its end, and why nobody walks there.
NO_PAGE = (
    (r"^api/|^drp/|^opendsr/|^\.well-known/|^banner/v1|^healthz", "a door for programs"),
    (r"\.(csv|png|svg|gif|js|ics)$|<str:file>$|/(file|picture)/$|/letters/<uuid:letter>/$", "a file or a picture"),
    (r"/recovery-codes/download/$", "a file"),
    (r"^m/l/|^demo/as/|^accounts/sessions/$|^console/(login|logout|password_change)/", "leads on to another page"),
    (r"^console/.+/<path:object_id>/$|/views/<uuid:pk>/$|^console/password_change/done/$", "leads on to another page"),
    (r"^unsubscribe/<str:token>/$", "the same page by a second address, with a slash at its end"),
    (r"^console/r/|^console/(autocomplete|jsi18n)/$", "a helper of Django's console that ours does not use"),
    (r"^console/.+/(history|delete)/$|^console/\(\?P<url>", "Django's own; the history of one row is toured for all"),
    (r"^console/dsr/subjectrequest/add/$", "closed to everybody: a request is filed at the desk"),
    (r"^accounts/confirm-email/\(\?P<key>", "allauth's, which ours of the same address stands before"),
    (r"^accounts/login/code/confirm/$", "nobody signs in by a mailed code here"),
    (r"/evidence/$|/who/act/$|/review/review/<uuid:pk>/add/$", "takes a file by POST alone"),
)


@dataclass(frozen=True, slots=True)
class Door:
    """One pattern: its whole route, and the view behind."""

    route: str
    view: Callable[..., Any]


def doors() -> Iterator[Door]:
    """Every pattern of the product."""
    yield from _below(get_resolver(), "")


def route_of(path: str) -> str:
    """The route that answers this path; empty where there is none."""
    try:
        return resolve(path.partition("?")[0].partition("#")[0]).route
    except Resolver404:
        return ""


def is_page(door: Door) -> bool:
    """Whether a person can open it and read."""
    return not (_only_post(door.view) or _closed(door) or any(re.search(pattern, door.route) for pattern, _ in NO_PAGE))


def _below(resolver: URLResolver, start: str) -> Iterator[Door]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield Door(_joined(start, str(each.pattern)), each.callback)
        else:
            yield from _below(each, _joined(start, str(each.pattern)))


def _joined(start: str, end: str) -> str:
    """As Django joins them in a match."""
    return start + (end.removeprefix("^") if start else end)


def _only_post(view: Callable[..., Any]) -> bool:
    """Whether the view, or one that it wraps, was told to take nothing but POST."""
    wrapped: Any = view
    while wrapped is not None:
        code = getattr(wrapped, "__code__", None)
        if code and "request_method_list" in code.co_freevars:
            taken = wrapped.__closure__[code.co_freevars.index("request_method_list")].cell_contents
            return list(taken) == ["POST"]
        wrapped = getattr(wrapped, "__wrapped__", None)
    return False


def _closed(door: Door) -> bool:
    """Whether the console closes this door of Django's to everybody."""
    admin = getattr(door.view, "model_admin", None)
    return isinstance(admin, ReadOnlyAdmin) and door.view.__name__ == "add_view" and not _adds(type(admin))


def _adds(kind: type[ReadOnlyAdmin]) -> bool:
    return kind.has_add_permission is not ReadOnlyAdmin.has_add_permission

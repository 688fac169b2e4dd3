"""GET /api/v1/schema/: every door for systems, as OpenAPI 3.1. Who adds an endpoint under /api/v1/ is in it."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe

from accounts.api_keys import SCOPES
from privacy.kernel.openapi import ERROR, Operation, Schema, every_told

PREFIX = "api/v1/"
PREFIXES = (PREFIX, "opendsr/")
OWN = "api_schema"
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
FAULTS = {
    "400": "A question that cannot be read: `field` names what to mend",
    "401": "No valid key with the scope",
    "403": "Not by https, or not allowed",
    "404": "Nothing by this name",
    "405": "Another method",
    "409": "It does not fit what stands now",
    "413": "Too much at once",
    "429": "Too often",
    "503": "No answer now; ask again",
}


@require_safe
def schema(_: HttpRequest) -> JsonResponse:
    """The schema; it needs no key."""
    return JsonResponse(document())


def document() -> dict[str, Any]:
    """The schema of everything that is routed."""
    paths: dict[str, dict[str, Any]] = {}
    for route, name, view in sorted(endpoints(), key=lambda each: each[0]):
        for one in every_told(name):
            paths.setdefault("/" + PARAMETER.sub(r"{\2}", route), {})[one.method] = _operation(route, name, view, one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kept", "version": "1", "description": "Doors for partner systems."},
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def endpoints() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Route, URL name and view of each door under the prefixes, but for the schema itself."""
    for route, pattern in _patterns(get_resolver(), ""):
        if route.startswith(PREFIXES) and pattern.name != OWN:
            yield route, pattern.name or "", pattern.callback


def scope_of(view: Callable[..., Any]) -> str:
    """The scope that a view asks for; empty where it asks for none by itself."""
    return str(getattr(view, "api_scope", ""))


def _patterns(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each, route)
        else:
            yield route, each


def _operation(route: str, name: str, view: Callable[..., Any], one: Operation) -> dict[str, Any]:
    scope = scope_of(view)
    words = inspect.getdoc(view) or ""
    found: dict[str, Any] = {
        "operationId": f"{one.method}_{re.sub(r'[^a-z0-9]+', '_', route.removeprefix(PREFIX).lower()).strip('_')}",
        "summary": words.split("\n\n")[0].replace("\n", " "),
        "responses": {
            **{
                str(status): {"description": "The answer", "content": {one.media_type: {"schema": schema}}}
                for status, schema in one.answers.items()
            },
            **{status: _fault(words, one.fault) for status, words in FAULTS.items()},
        },
    }
    if scope or name == "decisions":
        scope = scope or "decisions"
        found["security"] = [{"key": []}]
        found["description"] = f"A key with the scope `{scope}`: {SCOPES.get(scope, scope)}."
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for _, name in PARAMETER.findall(route)
    ]
    if parameters or one.parameters:
        found["parameters"] = [*parameters, *one.parameters]
    if one.method not in {"get", "delete"}:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.request}}}
    return found


def _fault(words: str, schema: Schema | None) -> dict[str, Any]:
    shape = schema or {"$ref": "#/components/schemas/Error"}
    return {"description": words, "content": {"application/json": {"schema": shape}}}

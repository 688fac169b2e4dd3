"""The doors of the Data Rights Protocol 1.0 for a covered business. Without our id in its directory there are none.

An agent is known by its token, and every word of it by its signature. A failed set-up is 403 without a body; what is
another agent's is 403, as what was never there.
"""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.limits import is_over_limit
from dsr.drp.agents import agent_of, pair_agent
from dsr.drp.models import AgentRequest, NetworkAgent
from dsr.drp.reading import NotTrusted, TooLate
from dsr.drp.services import exercise, revoke
from dsr.drp.showing import status_body
from dsr.drp.vocabulary import MOST_BYTES
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput, NotFound, WrongMethod

View = Callable[..., HttpResponse]
FORBIDDEN = 403


def door(view: View) -> View:
    """A DomainError becomes the error object of section 3.06; nothing is kept by a cache."""

    @csrf_exempt
    @never_cache
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not settings.KEPT_DRP_BUSINESS_ID:
                raise NotFound("The Data Rights Protocol is not set up here.")
            return view(request, *args, **kwargs)
        except DomainError as error:
            return _error(error)

    return guarded


def for_agent(view: View) -> View:
    """`view(request, agent, …)` for the agent whose token was sent."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        agent = agent_of(token.strip()) if kind.lower() == "bearer" else None
        if agent is None:
            raise NotTrusted("Send the token of your agent: Authorization: Bearer TOKEN.")
        return view(request, agent, *args, **kwargs)

    return guarded


@door
def agent(request: HttpRequest, agent_id: str) -> HttpResponse:
    """POST makes the token of an agent that signs with its key; GET says whether a token is still good."""
    if request.method == "GET":
        return _is_good(request, agent_id)
    _must(request, "POST")
    if is_over_limit(request, "drp"):
        return HttpResponse(status=429)
    try:
        token = pair_agent(
            agent_id=agent_id, raw=_raw(request), business_id=settings.KEPT_DRP_BUSINESS_ID, now=clock.now()
        )
    except DomainError:
        return HttpResponse(status=FORBIDDEN)
    return JsonResponse({"agent-id": agent_id, "token": token})


@for_agent
def _is_good(_request: HttpRequest, agent: NetworkAgent, agent_id: str) -> HttpResponse:
    if agent.agent_id != agent_id:
        raise NotTrusted("This token is another agent's.")
    return JsonResponse({})


@door
@for_agent
def data_rights_request(request: HttpRequest, agent: NetworkAgent) -> HttpResponse:
    """Exercise a right of a person."""
    _must(request, "POST")
    now = clock.now()
    row = exercise(agent=agent, raw=_raw(request), business_id=settings.KEPT_DRP_BUSINESS_ID, now=now)
    return JsonResponse(status_body(row, now))


@door
@for_agent
def data_rights_status(request: HttpRequest, agent: NetworkAgent, request_id: str) -> HttpResponse:
    """GET follows a request of this agent; DELETE takes it back."""
    row = _own(agent, request_id)
    now = clock.now()
    if request.method == "GET":
        return JsonResponse(status_body(row, now))
    _must(request, "DELETE")
    return JsonResponse(status_body(revoke(row=row, agent=agent, raw=_raw(request), now=now), now))


@never_cache
@require_safe
def verify(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Where an agent sends the person who has to confirm: to the page that says which mail to look for. It is the same
    for every request, known or not, and leads nowhere else, whatever `redirect_to` says."""
    if request.GET.get("request_id", str(request_id)) != str(request_id):
        raise Http404
    return redirect("request_sent")


def _own(agent: NetworkAgent, request_id: str) -> AgentRequest:
    try:
        key = uuid.UUID(request_id)
    except ValueError:
        raise NotTrusted("This is no request of this agent.") from None
    row = AgentRequest.objects.select_related("case", "agent").filter(pk=key, agent=agent).first()
    if row is None:
        raise NotTrusted("This is no request of this agent.")
    return row


def _raw(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise InvalidInput(f"Send at most {MOST_BYTES // 1024} KiB, with its length.", field="body")
    return request.body


def _must(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise WrongMethod(f"Send a {method} request.")


def _error(error: DomainError) -> JsonResponse:
    status = error.http_status
    body: dict[str, Any] = {"code": str(status), "message": error.message}
    if error.field:
        body["field"] = error.field
    if isinstance(error, TooLate):
        body["fatal"] = True  # this very message is worth nothing any more
    return JsonResponse(body, status=status)

"""Testimonials and customers: systems report and publish them with a key, everybody reads what is public."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.api_keys import read_json, refused, with_api_key
from accounts.api_shapes import idem_key_of, must_post, person
from privacy.intake.models import CustomerEntry, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import public_rows
from privacy.intake.services.accepting import mac_of
from privacy.intake.services.publishing import publish, receive, take_down
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.json_shape import Fields

LONGEST_TEXT, LONGEST_NAME = 4000, 160
FRESH_S = 5  # how long a list may be kept by whoever asked for it
ACTS: dict[str, Callable[..., None]] = {"publish": publish, "take-down": take_down}


@csrf_exempt
def testimonials(request: HttpRequest) -> HttpResponseBase:
    """GET: what is public. POST with a key of scope publish: report one; the person is asked by mail."""
    return _report(request, Testimonial) if request.method == "POST" else _public(request, Testimonial)


@csrf_exempt
def customers(request: HttpRequest) -> HttpResponseBase:
    """GET: who is named. POST with a key of scope publish: report one; the person is asked by mail."""
    return _report(request, CustomerEntry) if request.method == "POST" else _public(request, CustomerEntry)


@with_api_key("publish")
def _report(request: HttpRequest, key_id: uuid.UUID, model: type[Publication]) -> JsonResponse:
    fields = Fields(read_json(request))
    idem_key = idem_key_of(request)
    who = person(fields)
    site = fields.code("site", most=40)
    values = {"shown_name": fields.text("name", most=LONGEST_NAME), "language": fields.language("language")}
    if model is Testimonial:
        values["text"] = fields.text("text", most=LONGEST_TEXT, lines=True)
    fields.end()
    row, is_new = receive(
        model=model,
        person=who,
        values=values,
        site=site,
        actor=Actor(ActorKind.API, key_id, via="publish"),
        now=clock.now(),
        accept=(key_id, idem_key, mac_of(request.body)),
    )
    return JsonResponse({"id": str(row.pk), "state": row.state}, status=201 if is_new else 200)


@with_api_key("publish")
def act(request: HttpRequest, key_id: uuid.UUID, model: type[Publication], pk: uuid.UUID, name: str) -> JsonResponse:
    """Publish, or take down. 409 with the reason as `code` where the person has not granted exactly this."""
    must_post(request)
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such row.")
    more = {"reason": "by_request"} if name == "take-down" else {}
    ACTS[name](row=row, actor=Actor(ActorKind.API, key_id, via="publish"), now=clock.now(), **more)
    row.refresh_from_db(fields=["state"])
    return JsonResponse({"id": str(row.pk), "state": row.state})


def _public(request: HttpRequest, model: type[Publication]) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        return refused(405, "Send a GET, or a POST with a key.", code="wrong_method")
    try:
        rows, more = public_rows(
            model, site=request.GET.get("site", "")[:40], before=request.GET.get("before", "")[:40], now=clock.now()
        )
    except DomainError as error:
        return refused(error.http_status, error.message, field=error.field, code=error.code)
    answer = JsonResponse({f"{model.kind}s": [_as_json(row) for row in rows], "before": more or None})
    answer["Cache-Control"] = f"public, max-age={FRESH_S}"
    return answer


def _as_json(row: Publication) -> dict[str, Any]:
    texts = {"text": row.text} if isinstance(row, Testimonial) else {}
    at = row.published_at.isoformat() if row.published_at else None
    return {"id": str(row.pk), "name": row.shown_name, **texts, "language": row.language, "published_at": at}

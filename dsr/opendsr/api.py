"""The doors of OpenDSR 2.0 for business customers. Every answer is signed over its raw bytes, refusals too.

A key of the scope `opendsr` says who asks: it belongs to one entry of the register. Without our certificate every door
answers 503. What is another's and what is not there is the same 404.
"""

import base64
import functools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.api_keys import family_of, hash_of_key, key_of, note_use
from dsr.opendsr.audit_events import RESULTS_FETCHED
from dsr.opendsr.carrying_out import RESULTS
from dsr.opendsr.models import Controller, ProtocolRequest
from dsr.opendsr.reading import read_filing
from dsr.opendsr.services import cancel, take_in
from dsr.opendsr.showing import as_bytes, base_body, discovery_body, expected_at, rfc3339, status_body
from dsr.opendsr.signing import NotConfigured, our_signer, processor_domain
from dsr.opendsr.vocabulary import DOMAIN_HEADER, MOST_BYTES, SCOPE, SIGNATURE_HEADER
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, InvalidInput, NotFound, WrongMethod
from privacy.kernel.keyring import UnreadableValue

OK, CREATED, ACCEPTED, REFUSED, NO_KEY = 200, 201, 202, 400, 401
KEPT_STATUS = frozenset({404, 405, 429, 503})  # everything else that is refused is a 400, as the specification says
View = Callable[..., HttpResponseBase]
Signable = TypeVar("Signable", bound=HttpResponseBase)


@csrf_exempt
def discovery(request: HttpRequest) -> HttpResponseBase:
    """What this processor can do, and where its certificate is; no key is needed."""

    def view() -> HttpResponse:
        _must(request, "GET")
        return _signed(discovery_body(), OK)

    return _answer_or_error(view)


@require_safe
def certificate(_request: HttpRequest) -> HttpResponse:
    """The certificate that answers and callbacks are signed by, then those that issued it."""
    try:
        chain = our_signer().chain
    except NotConfigured as error:
        return _error(error.http_status, error.message)
    return HttpResponse(chain, content_type="application/x-pem-file")


def for_controller(view: View) -> View:
    """`view(request, controller, actor, …)` for whoever sends a valid key of the register."""

    @csrf_exempt
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = key_of(hash_of_key(request), SCOPE)
        rows = Controller.objects.select_related("customer").filter(customer__ended_at=None)
        controller = rows.filter(key_family=family_of(key)).first() if key else None
        if key is None or controller is None:
            answer = _error(NO_KEY, f"Send a valid key with the scope {SCOPE}: Authorization: Bearer KEY.")
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        note_use(key, clock.now())
        actor = Actor(ActorKind.API, key, SCOPE)
        return _answer_or_error(lambda: view(request, controller, actor, *args, **kwargs))

    guarded.api_scope = SCOPE  # type: ignore[attr-defined]  # for the schema
    return guarded


@for_controller
def requests(request: HttpRequest, controller: Controller, actor: Actor) -> HttpResponse:
    """File what a person asked of the controller, once for each subject_request_id."""
    _must(request, "POST")
    our_signer()
    now = clock.now()
    filing = read_filing(_body(request), callback_domains=controller.callback_domains, now=now)
    row = take_in(controller=controller, filing=filing, body=request.body, actor=actor, now=now)
    body = {
        **base_body(row),
        "received_time": rfc3339(row.received_at),
        "expected_completion_time": expected_at(row),
        "encoded_request": base64.b64encode(request.body).decode(),
    }
    return _signed_within(body, CREATED)


@for_controller
def request_by_id(request: HttpRequest, controller: Controller, actor: Actor, subject_request_id: str) -> HttpResponse:
    """GET follows a request of this controller; DELETE cancels it while it is pending."""
    our_signer()
    row = _own(controller, subject_request_id)
    if request.method == "GET":
        return _signed(status_body(row), OK)
    _must(request, "DELETE")
    now = clock.now()
    cancel(request=row, actor=actor, now=now)
    return _signed_within({**base_body(row), "received_time": rfc3339(now)}, ACCEPTED)


@for_controller
def results(request: HttpRequest, controller: Controller, actor: Actor, pk: str) -> HttpResponseBase:
    """The records that a completed request is about: one JSON object a line, for its controller, for 30 days."""
    _must(request, "GET")
    signer = our_signer()
    try:
        named = uuid.UUID(pk)
    except ValueError:
        raise NotFound("There are no results by this name.") from None
    row = ProtocolRequest.objects.select_related("case").filter(pk=named, controller=controller).first()
    if row is None or not row.result_file:
        raise NotFound("There are no results by this name.")
    try:
        parts = RESULTS.read(file=row.result_file, key=row.result_key)
        first = next(parts, b"")
    except UnreadableValue:
        raise NotFound("There are no results by this name.") from None
    rows = row.results_count or 0
    with transaction.atomic():
        record(RESULTS_FETCHED, actor=actor, at=clock.now(), target=row, is_demo=row.is_demo, rows=rows)
    answer = StreamingHttpResponse(_chain(first, parts), content_type="application/x-ndjson")
    answer["Content-Length"] = str(row.result_size)
    answer["Content-Disposition"] = 'attachment; filename="results.ndjson"'
    return _sign(answer, signer.sign_digest(bytes.fromhex(row.result_digest)))


def _chain(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from parts


def _own(controller: Controller, subject_request_id: str) -> ProtocolRequest:
    try:
        asked = uuid.UUID(subject_request_id)
    except ValueError:
        raise NotFound("There is no such request of this controller.", field="subject_request_id") from None
    rows = ProtocolRequest.objects.select_related("case", "controller")
    found = rows.filter(controller=controller, subject_request_id=asked).first()
    if found is None:
        raise NotFound("There is no such request of this controller.", field="subject_request_id")
    return found


def _body(request: HttpRequest) -> Any:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise InvalidInput(f"Send a body of at most {MOST_BYTES // 1024} KiB, with its length.", field="body")
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("Send a JSON object.", field="body") from None


def _must(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise WrongMethod(f"Send a {method} request.")


def _answer_or_error(view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        return view()
    except DomainError as error:
        status = error.http_status if error.http_status in KEPT_STATUS else REFUSED
        return _error(status, error.message, field=error.field)


def _signed(body: dict[str, Any], status: int) -> HttpResponse:
    raw = as_bytes(body)
    answer = HttpResponse(raw, status=status, content_type="application/json")
    return _sign(answer, our_signer().sign(raw))


def _signed_within(body: dict[str, Any], status: int) -> HttpResponse:
    """With `processor_signature` in the body too: over the body as it is without it."""
    return _signed({**body, "processor_signature": our_signer().sign(as_bytes(body))}, status)


def _sign(answer: Signable, signature: str) -> Signable:
    answer[DOMAIN_HEADER], answer[SIGNATURE_HEADER] = processor_domain(), signature
    answer["Cache-Control"] = "no-store"
    return answer


def _error(status: int, message: str, *, field: str = "") -> HttpResponse:
    """The error object of the specification. It names a field and how to mend it, and nobody."""
    details = [{"domain": "Validation", "reason": field, "message": message}] if field else []
    raw = as_bytes({"error": {"code": status, "message": message, "errors": details}})
    answer = HttpResponse(raw, status=status, content_type="application/json")
    try:
        return _sign(answer, our_signer().sign(raw))
    except NotConfigured:
        answer["Cache-Control"] = "no-store"
        return answer

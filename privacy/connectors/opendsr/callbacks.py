"""POST /opendsr/callbacks/KEY: a vendor says how a request stands.

In this order: is it a vendor of ours, does it say the domain that we know it by, is its certificate good, did it sign
these very bytes. Only then they are read. Everything else is the same 403.
"""

import json
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from privacy.connectors.models import ConnectedSystem, SystemState, VendorRequest
from privacy.connectors.opendsr.filing import note
from privacy.connectors.opendsr.vendor import DOMAIN_HEADER, SIGNATURE_HEADER, Vendor
from privacy.connectors.sources import connection_of
from privacy.kernel import clock
from privacy.personal_data.contract import HandlerUnavailable

MOST_BYTES = 64 * 1024
ACCEPTED, FORBIDDEN = 202, 403


@csrf_exempt
@require_POST
def callback(request: HttpRequest, key: str) -> HttpResponse:
    """Take in what a vendor says of a request that we filed there."""
    try:
        _take(request, key)
    except (HandlerUnavailable, ValueError, RecursionError):
        message = "This is no callback of a vendor of ours."
        return JsonResponse({"error": {"code": FORBIDDEN, "message": message, "errors": []}}, status=FORBIDDEN)
    return HttpResponse(status=ACCEPTED)


def _take(request: HttpRequest, key: str) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise ValueError
    rows = ConnectedSystem.objects.filter(key=key, kind="opendsr", state=SystemState.CONNECTED)
    system = rows.first()
    domain, signature = request.headers.get(DOMAIN_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    if system is None or not domain or not signature:
        raise ValueError
    vendor = Vendor(connection_of(system))
    if not vendor.is_from_it(domain=domain, signature=signature, body=request.body):
        raise ValueError
    body = json.loads(request.body)
    if not isinstance(body, dict) or body.get("status_callback_url") != vendor.callback_url:
        raise ValueError
    asked = uuid.UUID(str(body.get("subject_request_id")))
    row = VendorRequest.objects.filter(pk=asked, system=key).first()
    if row is None:
        raise ValueError
    note(row.pk, vendor.said(body, str(row.pk)), now=clock.now())

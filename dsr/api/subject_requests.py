"""POST /api/v1/subject-requests: a site or an app of the company files what a person asked there; GET follows it.

A call proves nobody: the request waits for its confirmation by mail, as that of the public form, and the answer is the
same for somebody we know and somebody we do not. Nothing is waited for: the case, mail and work come after the answer.
"""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import idem_key_of, must_post
from dsr.correspondence.models import Filing
from dsr.forms import LONGEST_MESSAGE
from dsr.rights import RIGHTS
from dsr.services.filings import Wish
from dsr.services.intake_api import file_by_api, filing_of, stage_of
from privacy.kernel import clock
from privacy.kernel.identifiers import MAX_LENGTH
from privacy.kernel.json_shape import Fields

SCOPE = "requests"
MAX_BYTES = 64 * 1024
ACCEPTED, REPEATED = 202, 200


@with_api_key(SCOPE)
def subject_requests(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """File one request, once for each Idempotency-Key."""
    must_post(request)
    idem_key = idem_key_of(request)
    filing, is_new = file_by_api(
        wish=_wish(Fields(read_json(request, max_bytes=MAX_BYTES))),
        key_id=key_id,
        idem_key=idem_key,
        body=request.body,
        now=clock.now(),
        is_demo=settings.KEPT_DEMO,
    )
    return JsonResponse(_as_json(filing), status=ACCEPTED if is_new else REPEATED)


@require_safe
@with_api_key(SCOPE)
def subject_request(_request: HttpRequest, key_id: uuid.UUID, reference: str) -> JsonResponse:
    """Where a request stands that this system filed."""
    return JsonResponse(_as_json(filing_of(key_id=key_id, reference=reference)))


def _wish(fields: Fields) -> Wish:
    wish = Wish(
        rights=fields.codes("rights", most=len(RIGHTS), least=1),
        email=fields.text("email", most=MAX_LENGTH),
        name=fields.text("name", most=120, default=""),
        message=fields.text("message", most=LONGEST_MESSAGE, default="", lines=True),
        language=fields.language("language").partition("-")[0],
        region=fields.text("region", most=8, default=""),
    )
    fields.end()
    return wish


def _as_json(filing: Filing) -> dict[str, Any]:
    """One shape for everybody. The date is told once the person has confirmed."""
    case = filing.subject_request
    return {
        "reference": filing.reference,
        "state": stage_of(filing),
        "received_at": clock.canonical(filing.at),
        "due_on": case.due_on.isoformat() if case and case.confirmed_at and case.due_on else None,
    }

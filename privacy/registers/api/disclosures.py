"""POST /api/v1/disclosures: before data goes to somebody else. 201 permits it and is written down; 403 forbids it."""

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import idem_key_of, must_post, person
from accounts.selectors import find_subjects
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.json_shape import Fields
from privacy.kernel.keyring import keyring
from privacy.policy import grant_requests
from privacy.policy.grant_requests import Ask
from privacy.registers.models import Disclosure
from privacy.registers.services.disclosing import Refused, Wish, disclose


@with_api_key("disclose")
def disclosures(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """201 for a new disclosure, 200 for the same one sent again."""
    must_post(request)
    idem_key = idem_key_of(request)
    fields = Fields(read_json(request))
    kind, identifier = person(fields)
    wish = Wish(
        kind,
        identifier,
        fields.code("recipient", most=40),
        fields.code("purpose"),
        fields.codes("categories", most=20, least=1),
    )
    fields.end()
    row, is_new = disclose(
        wish=wish,
        idem_key=idem_key,
        body_mac=keyring().mac("disclosure-body", request.body.hex()),
        actor=Actor(ActorKind.API, key_id, via="disclosures"),
        now=clock.now(),
    )
    return JsonResponse(as_json(row), status=201 if is_new else 200)


@with_api_key("disclose")
def ask(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """Ask a known person by mail whether data may go to exactly this recipient. Never a grant by itself."""
    must_post(request)
    fields = Fields(read_json(request))
    kind, identifier = person(fields)
    recipient, code = fields.code("recipient", most=40), fields.code("purpose")
    site, language = fields.code("site", most=40, default=""), fields.language("language")
    fields.end()
    found = find_subjects(kind, identifier)
    if len(found) != 1:
        raise Refused("Nobody here is known by this.", field="subject", code="unknown_person")
    wanted = Ask(found[0], code, scope=f"recipient:{recipient}", site=site, language=language)
    actor = Actor(ActorKind.API, key_id, via="disclosures")
    return JsonResponse({"state": grant_requests.ask_scope(wanted, actor=actor, now=clock.now())}, status=202)


def as_json(row: Disclosure) -> dict[str, Any]:
    """A row of the ledger as a partner reads it."""
    return {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "recipient": row.recipient,
        "purpose": row.purpose,
        "categories": row.categories.split(),
        "basis": row.basis,
        "grant_id": str(row.grant_id) if row.grant_id else None,
        "notice_version": row.policy_on.isoformat(),
    }

"""POST /api/v1/addon-purchases: somebody bought an add-on, and its publisher learns who. One row in the ledger."""

import uuid

from django.http import HttpRequest, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import idem_key_of, must_post, person
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.json_shape import Fields
from privacy.kernel.keyring import keyring
from privacy.registers.api.disclosures import as_json
from privacy.registers.services.disclosing import disclose
from privacy.registers.services.purchases import wish_of_purchase


@with_api_key("sales")
def addon_purchases(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """201 for a new purchase, 200 for the same one sent again. 403 where nothing may go to this publisher: sell
    nothing of it then."""
    must_post(request)
    idem_key = idem_key_of(request)
    fields = Fields(read_json(request))
    kind, identifier = person(fields)
    publisher = fields.code("publisher", most=40)
    fields.end()
    row, is_new = disclose(
        wish=wish_of_purchase(kind, identifier, publisher),
        idem_key=f"purchase:{idem_key}",
        body_mac=keyring().mac("purchase-body", request.body.hex()),
        actor=Actor(ActorKind.API, key_id, via="purchases"),
        now=clock.now(),
    )
    return JsonResponse(as_json(row), status=201 if is_new else 200)

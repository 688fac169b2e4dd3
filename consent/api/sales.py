"""/api/v1/sales: a shop records a sale and the opt-out that it offered, the two proofs of a soft opt-in.

The same report twice is the same as once, and nobody who has decided already is moved by it.
"""

import uuid

from django.db import transaction
from django.http import HttpRequest, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import must_post, person
from accounts.services import subject_for_identifier
from consent.soft_opt_in import LONGEST, Proofs, record_soft_opt_in
from consent.vocabulary import Sale
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.json_shape import Fields

SCOPE = "sales"


@with_api_key(SCOPE)
def sales(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """Record both proofs; `recorded` is false where the person has decided or both are held already."""
    must_post(request)
    now, actor = clock.now(), Actor(ActorKind.API, key_id, via=SCOPE)
    fields = Fields(read_json(request))
    kind, value = person(fields)
    purpose, site = fields.code("purpose"), fields.code("site", default="")
    proofs = Proofs(
        sale=fields.choice("sale", Sale.values),
        reference=fields.text("reference", most=200),
        sold_on=fields.day("sold_on"),
        product=fields.code("product"),
        offer=fields.text("offer", most=LONGEST, lines=True),
        offered_at=fields.moment("offered_at"),
    )
    fields.end()
    with transaction.atomic():
        subject = subject_for_identifier(kind=kind, value=value, source="sale", actor=actor, now=now)
        events = record_soft_opt_in(
            subject_id=subject.pk, purpose_code=purpose, proofs=proofs, actor=actor, now=now, site=site
        )
    return JsonResponse({"recorded": bool(events)})

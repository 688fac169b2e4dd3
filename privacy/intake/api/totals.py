"""`GET /api/v1/totals?of=industry`: totals for a partner, of at least so many people a cell. Nobody is in it."""

import uuid

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.api_keys import with_api_key
from privacy.audit.services import record
from privacy.intake.audit_events import TOTALS_READ
from privacy.intake.totals import threshold, totals
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind


@require_safe
@with_api_key("totals")
def partner_totals(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """The cells that may be shown, and from how many people on they are."""
    of = request.GET.get("of", "")
    found = totals(of)
    with transaction.atomic():
        actor = Actor(ActorKind.API, key_id, via="totals")
        record(TOTALS_READ, actor=actor, at=clock.now(), of=of, cells=len(found))
    cells = [{"value": value, "people": people} for value, people in found.items()]
    return JsonResponse({"of": of, "least": threshold(), "cells": cells})

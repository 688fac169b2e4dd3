"""/api/v1/devices: an app reports the device that it runs on, and reads how its switches stand.

POST reports a device, what its settings permit, and what the person pressed in the app; GET and DELETE name the
device by the id that the report answered. A yes counts only where the app had shown how it stands (`seen` is the
version that it read last): what the person declined meanwhile on the page is shown first, and asked again.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.api_keys import read_json, with_api_key
from accounts.api_shapes import must_post, person
from consent.devices import choose_on_device, forget, standings_for, states_of, told_before
from consent.vocabulary import Door
from consent.writing import How
from privacy.intake.models import Device
from privacy.intake.models.devices import Permission, Platform
from privacy.intake.services.devices import Reported, report_device
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import NotFound, WrongMethod
from privacy.kernel.json_shape import Fields
from privacy.kernel.languages import known
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set

SCOPE = "devices"
MOST = 20
LONGEST_ID, LONGEST_LABEL = 200, 60


@with_api_key(SCOPE)
def devices(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """Report a device; the answer is how every purpose stands on it now."""
    must_post(request)
    now = clock.now()
    actor = Actor(ActorKind.API, key_id, via="devices")
    fields = Fields(read_json(request))
    language = known(fields.language("language"))
    with transaction.atomic():
        row = report_device(
            person=person(fields),
            device=fields.text("device", most=LONGEST_ID),
            platform=fields.choice("platform", Platform.values),
            label=fields.text("label", most=LONGEST_LABEL, default=""),
            permissions=_permissions(fields),
            key_id=key_id,
            actor=actor,
            now=now,
        )
        for choice in fields.rows("choices", most=MOST):
            _choose(row, choice, How(Door.APP, language=language), actor, now)
        fields.end()
    return JsonResponse(_as_json(row, now))


@with_api_key(SCOPE)
def device(request: HttpRequest, key_id: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """How a device stands, or forget it: the person signed out of the app."""
    now = clock.now()
    row = Device.objects.filter(pk=pk, key_id=key_id).first()
    if row is None:
        raise NotFound("This key reported no such device.")
    if request.method == "DELETE":
        forget(device=row, actor=Actor(ActorKind.API, key_id, via="devices"), now=now, how=How(Door.APP))
        return HttpResponse(status=204)
    if request.method != "GET":
        raise WrongMethod("Send a GET or a DELETE request.")
    return JsonResponse(_as_json(row, now))


def _permissions(fields: Fields) -> dict[str, Reported]:
    found = {}
    for row in fields.rows("permissions", most=MOST):
        found[row.choice("permission", Permission.values)] = Reported(row.yes("on"), row.moment("at"))
        row.end()
    return found


def _choose(device: Device, row: Fields, how: How, actor: Actor, now: dt.datetime) -> None:
    """What was pressed in the app. A no counts always, once; a yes only where the app showed how it stands."""
    purpose, allow, at = row.code("purpose"), row.yes("allow"), min(row.moment("at"), now)
    seen = row.whole("seen", 0, 2**63 - 1) if row.has("seen") else None
    row.end()
    Subject.objects.select_for_update().get(pk=device.subject_id)
    if told_before(device, purpose, at):
        return
    stands = {one.purpose: one.decision.version for one in states_of(device, _standings(device), now)}
    if allow and stands.get(purpose, seen) != seen:
        return  # the answer shows how it stands: the app asks again
    choose_on_device(
        device=device,
        purpose_code=purpose,
        allow=allow,
        how=How(how.door, language=how.language, said_at=at),
        actor=actor,
        now=now,
    )


def _standings(device: Device) -> Any:
    return standings_for(alias_set(device.subject_id))


def _as_json(device: Device, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": str(device.pk),
        "platform": device.platform,
        "permissions": device.permissions,
        "purposes": [
            {
                "purpose": one.purpose,
                "decision": "allow" if one.decision.allowed else "deny",
                "reason": one.decision.reason,
                "switch": one.said or None,
                "changed_at": one.changed_at.isoformat() if one.changed_at else None,
                "version": one.decision.version,
            }
            for one in states_of(device, _standings(device), now)
        ],
    }

"""Decisions about single devices: what the app's switch, the page's switch and the device's own settings say together.

A device has a channel of its own (`Device.scope`), so its decisions are events and preferences like all others. What
the operating system has switched off is denied for as long as it is off, and is no decision: switching it on again
grants nothing that was not granted before.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from consent.columns import standing_of
from consent.models import ConsentEvent, Preference
from consent.rules import DEVICE, LOW, RAISED, Decision, Standing, Terms, decide
from consent.services import set_preference
from consent.terms import terms_in_force
from consent.vocabulary import Door
from consent.writing import How
from privacy.intake.models import Device
from privacy.intake.models.devices import Permission
from privacy.intake.services.devices import forget_device
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.identifiers import IdentifierKind, normalize
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.vocabulary import Channel, Switch

PUSH = Channel.PUSH.value
SOURCE = "device"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """How one purpose stands on one device. `said`: what was said about exactly this device, if anything."""

    purpose: str
    decision: Decision
    said: str
    changed_at: dt.datetime | None
    is_off: bool


def device_of(value: str) -> Device | None:
    """The device with this identifier. InvalidInput for what cannot be one."""
    indexes = blind_indexes(IdentifierKind.DEVICE, normalize(IdentifierKind.DEVICE, value))
    return Device.objects.filter(index__in=indexes).first()


def devices_of(subject_ids: Sequence[uuid.UUID]) -> list[Device]:
    """A person's devices, the newest first."""
    return list(Device.objects.filter(subject_id__in=subject_ids).order_by("-last_seen_at", "-id"))


def decide_on_device(
    terms: Terms,
    standings: Sequence[Standing],
    device: Device,
    *,
    now: dt.datetime,
    channel: str = "",
    category: str = "",
    is_restricted: bool = False,
) -> Decision:
    """What holds for a person holds for their devices; a later yes or no about one device holds there alone."""
    way = channel or (PUSH if PUSH in terms.channels else "")
    mine = [one._replace(channel=way) for one in standings if one.channel == device.scope]
    given = max((one.changed_at for one in mine if one.status in RAISED), default=None)
    wider = [one for one in standings if not one.channel.startswith(DEVICE)]
    if given:  # an earlier no to this way is lifted here
        wider = [one for one in wider if one.channel != way or one.status not in LOW or one.changed_at >= given]
    decision = decide(terms, [*wider, *mine], channel=way, category=category, is_restricted=is_restricted, now=now)
    changes = sum(one.version for one in standings) + device.version
    decision = decision._replace(version=(decision.version >> 24 << 24) | changes << 2 | decision.version & 3)
    if decision.allowed and is_off(terms, device):
        trace = (*decision.trace[:-1], "deny:device_off")
        return decision._replace(allowed=False, reason="device_off", trace=trace)
    return decision


def is_off(terms: Terms, device: Device) -> bool:
    """Whether the device's own settings forbid what the purpose needs of it."""
    if not is_on("consent.devices"):
        return False
    needs_push = PUSH in terms.channels and device.is_off(Permission.PUSH)
    return needs_push or ("location" in terms.categories and device.is_off(Permission.LOCATION))


def pushing(terms: dict[str, Terms]) -> list[Terms]:
    """The purposes that reach a device, and have a switch."""
    return [one for one in terms.values() if PUSH in one.channels and one.switch is not Switch.LOCKED]


def states_of(device: Device, standings: dict[str, list[Standing]], now: dt.datetime) -> list[DeviceState]:
    """How every purpose that reaches a device stands on this one."""
    return [_state(device, one, standings.get(one.code, []), now) for one in pushing(terms_in_force())]


def _state(device: Device, terms: Terms, standings: list[Standing], now: dt.datetime) -> DeviceState:
    mine = [one for one in standings if one.channel == device.scope]
    newest = max(mine, key=lambda one: one.changed_at, default=None)
    return DeviceState(
        purpose=terms.code,
        decision=decide_on_device(terms, standings, device, now=now),
        said=newest.status if newest else "",
        changed_at=newest.changed_at if newest else None,
        is_off=is_off(terms, device),
    )


def standings_for(subject_ids: Sequence[uuid.UUID]) -> dict[str, list[Standing]]:
    """Everything that stands for a person, by purpose."""
    found: dict[str, list[Standing]] = {}
    for row in Preference.objects.filter(subject_id__in=subject_ids):
        found.setdefault(row.purpose, []).append(standing_of(row))
    return found


@transaction.atomic
def choose_on_device(
    *, device: Device, purpose_code: str, allow: bool, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """A yes or no about one device, by the page or by the app on it.

    Raises InvalidInput(purpose) for a purpose that reaches no device, NotAllowed as `set_preference` does.
    """
    if purpose_code not in {one.code for one in pushing(terms_in_force())}:
        raise InvalidInput("This purpose does not reach a device.", field="purpose", code="channel")
    return set_preference(
        subject_id=device.subject_id,
        purpose_code=purpose_code,
        channel=device.scope,
        allow=allow,
        how=replace(how, source_kind=SOURCE, source_id=str(device.pk)),
        actor=actor,
        now=now,
    )


def told_before(device: Device, purpose_code: str, said_at: dt.datetime) -> bool:
    """Whether the app has told this act, or a later one, already: it repeats itself until it is answered."""
    told = ConsentEvent.objects.filter(subject_id=device.subject_id, purpose=purpose_code, channel=device.scope)
    return told.filter(door=Door.APP, said_at__gte=said_at).exists()


@transaction.atomic
def forget(*, device: Device, actor: Actor, now: dt.datetime, how: How) -> None:
    """Forget a device with what was decided about it; a yes that stood for it ends first, on the record."""
    rows = Preference.objects.filter(subject_id=device.subject_id, channel=device.scope)
    for row in rows.filter(status__in=RAISED):
        choose_on_device(device=device, purpose_code=row.purpose, allow=False, how=how, actor=actor, now=now)
    rows.delete()
    forget_device(device=device, actor=actor, now=now)


def own_device(subject_id: uuid.UUID, pk: str) -> Device:
    """A device of this person; NotFound for any other."""
    try:
        found = Device.objects.filter(pk=uuid.UUID(pk), subject_id__in=alias_set(subject_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such device of yours.")
    return found

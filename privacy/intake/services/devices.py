"""What an app reports about the device that it runs on, and forgetting a device."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Identifier
from accounts.services import add_identifier, subject_for_identifier
from privacy.audit.services import record
from privacy.intake.audit_events import DEVICE_FORGOTTEN, DEVICE_REPORTED
from privacy.intake.models import Device
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index, blind_indexes
from privacy.kernel.errors import DomainError
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set, canonical_subject


class AnothersDevice(DomainError):
    """The device is registered for somebody else: who signs out forgets it first."""

    code = "taken"
    http_status = 409


@dataclass(frozen=True, slots=True)
class Reported:
    """One permission as the device says it stands, and since when."""

    is_on: bool
    at: dt.datetime


@transaction.atomic
def report_device(
    *,
    person: tuple[str, str],
    device: str,
    platform: str,
    label: str,
    permissions: Mapping[str, Reported],
    key_id: uuid.UUID,
    actor: Actor,
    now: dt.datetime,
) -> Device:
    """Note a device of a person with its permissions; the same report twice is the same as once.

    A report about an earlier moment than the one we know is passed over, and none is from the future. Raises
    InvalidInput(identifier); AnothersDevice where it is registered for somebody else.
    """
    kind, value = person
    subject = subject_for_identifier(kind=kind, value=value, source="device", actor=actor, now=now)
    Subject.objects.select_for_update().get(pk=subject.pk)  # reports about one person come one after another
    normalized = identifiers.normalize(IdentifierKind.DEVICE, device)
    row = Device.objects.select_for_update().filter(index__in=blind_indexes(IdentifierKind.DEVICE, normalized)).first()
    if row and canonical_subject(row.subject_id) != canonical_subject(subject.pk):
        raise AnothersDevice("This device is registered for another person. Forget it there first.", field="device")
    try:
        add_identifier(
            subject=subject,
            kind=IdentifierKind.DEVICE,
            value=normalized,
            source="device",
            actor=actor,
            now=now,
            is_demo=subject.is_demo,
        )
    except DomainError as error:
        raise AnothersDevice(error.message, field="device") from None
    if row is None:
        row = Device(
            subject=subject,
            index=blind_index(IdentifierKind.DEVICE, normalized),
            first_seen_at=now,
            key_id=key_id,
            is_demo=subject.is_demo,
        )
    row.platform, row.label, row.last_seen_at = platform, label, now
    changed = _take(row, permissions, now)
    if changed and not row._state.adding:
        row.version += 1
    row.save()
    for code, is_on in changed.items():
        record(
            DEVICE_REPORTED,
            actor=actor,
            at=now,
            subject_id=row.subject_id,
            target=row,
            is_demo=row.is_demo,
            permission=code,
            state="on" if is_on else "off",
        )
    return row


def index_anew(row: Device) -> str:
    """The index of a device under the key in use, by the identifier that it belongs to. LookupError without one."""
    of_person = Identifier.objects.filter(kind=IdentifierKind.DEVICE, subject__in=alias_set(row.subject_id))
    for each in of_person:
        if row.index in blind_indexes(IdentifierKind.DEVICE, each.value):
            return blind_index(IdentifierKind.DEVICE, each.value)
    raise LookupError


def _take(row: Device, permissions: Mapping[str, Reported], now: dt.datetime) -> dict[str, bool]:
    """Take over what is newer than what stands; returns what changed."""
    known, changed = dict(row.permissions), {}
    for code, said in permissions.items():
        at = min(said.at, now)
        before = known.get(code)
        if before and dt.datetime.fromisoformat(before["at"]) > at:
            continue
        if before is None or before["on"] is not said.is_on:
            known[code] = {"on": said.is_on, "at": at.isoformat()}
            changed[code] = said.is_on
    row.permissions = known
    return changed


@transaction.atomic
def forget_device(*, device: Device, actor: Actor, now: dt.datetime) -> None:
    """Delete a device and its identifier; the decisions about it stay as evidence. Twice is the same as once."""
    if Device.objects.filter(pk=device.pk).delete()[0]:
        Identifier.objects.filter(kind=IdentifierKind.DEVICE, index=device.index).delete()
        record(
            DEVICE_FORGOTTEN, actor=actor, at=now, subject_id=device.subject_id, target=device, is_demo=device.is_demo
        )

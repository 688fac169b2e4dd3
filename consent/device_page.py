"""The part of the preferences page about the person's devices."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.columns import standing_of
from consent.devices import DeviceState, devices_of, states_of
from consent.page import Line, Sheet
from consent.page_words import PERMISSIONS, Text
from privacy.intake.models import Device


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """What the device's own settings let the app do, as reported last."""

    label: Text
    is_on: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One device, and its switch for each purpose that reaches it."""

    device: Device
    permissions: list[PermissionLine]
    switches: list[tuple[Line, DeviceState]]


def device_lines(subject_ids: Sequence[uuid.UUID], sheet: Sheet, now: dt.datetime) -> list[DeviceLine]:
    """Every device of the person, in one query."""
    if not subject_ids:
        return []
    lines = {line.code: line for line in sheet.lines}
    standings = {code: [standing_of(row) for row in rows] for code, rows in sheet.preferences.items()}
    return [
        DeviceLine(
            device=one,
            permissions=_permissions(one.permissions),
            switches=[(lines[state.purpose], state) for state in states_of(one, standings, now)],
        )
        for one in devices_of(subject_ids)
    ]


def _permissions(reported: Mapping[str, Mapping[str, object]]) -> list[PermissionLine]:
    return [
        PermissionLine(label, bool(reported[code]["on"]), dt.datetime.fromisoformat(str(reported[code]["at"])))
        for code, label in PERMISSIONS.items()
        if code in reported
    ]

"""Event types: an act that has none cannot be recorded, and so cannot happen."""

from collections.abc import Mapping
from dataclasses import dataclass

from privacy.kernel.errors import Unaudited

SCALARS: tuple[type, ...] = (str, int, bool)
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class EventType:
    """`code` as it stands in the log; `payload` names each allowed key with its scalar type."""

    code: str
    label: str
    payload: Mapping[str, type]

    def check(self, payload: Mapping[str, object]) -> None:
        """Raise Unaudited for a key or a value that this type does not carry.

        Texts are codes, ids and hashes: anything long or with an @ in it is refused.
        """
        for key, value in payload.items():
            expected = self.payload.get(key)
            if expected is None:
                raise Unaudited(f"The event type {self.code} has no payload key {key}.")
            if not isinstance(value, expected) or isinstance(value, bool) is not (expected is bool):
                raise Unaudited(f"{self.code}.{key} must be {expected.__name__}.")
            if isinstance(value, str) and (len(value) > LONGEST_TEXT or "@" in value):
                raise Unaudited(f"{self.code}.{key} must be a code, an id or a hash.")


_types: dict[str, EventType] = {}


def event_type(code: str, *, label: str, payload: Mapping[str, type] | None = None) -> EventType:
    """Register an event type (module `<app>/audit_events.py`); ValueError where the code is taken."""
    if code in _types:
        raise ValueError(f"The event type {code} is registered twice.")
    fields = dict(payload or {})
    if bad := [key for key, kind in fields.items() if kind not in SCALARS]:
        raise ValueError(f"{code}: payload keys {bad} are not scalars.")
    _types[code] = EventType(code, label, fields)
    return _types[code]


def event_types() -> list[EventType]:
    """Every registered type, by its label."""
    return sorted(_types.values(), key=lambda each: each.label)


def known_type(code: str) -> EventType:
    """The registered type; Unaudited where there is none."""
    if code not in _types:
        raise Unaudited(f"The event type {code} is not registered.")
    return _types[code]


def label_of(code: str) -> str:
    """What a person reads for a code, also for one that an older version wrote."""
    return _types[code].label if code in _types else code

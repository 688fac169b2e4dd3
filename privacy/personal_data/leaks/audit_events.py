"""Event types of what must not leave with a package."""

from privacy.audit.registry import event_type

SCANNED = event_type(
    "leaks.scanned",
    label="Package of your data: looked through for what must not leave",
    payload={"found": int, "masked": int, "open": int},
)
DECIDED = event_type(
    "leaks.decided",
    label="Package of your data: decided about a value in it",
    payload={"kind": str, "state": str, "number": int},
)

"""Event types of registers."""

from privacy.audit.registry import event_type

DISCLOSED = event_type(
    "registers.disclosed",
    label="Data of a person was passed on",
    payload={"recipient": str, "purpose": str, "categories": str, "basis": str},
)
RECIPIENT_KEPT = event_type(
    "registers.recipient_kept", label="The file of a recipient was written", payload={"code": str, "version": int}
)
RECIPIENT_ENDED = event_type(
    "registers.recipient_ended", label="A recipient receives nothing any more", payload={"code": str}
)

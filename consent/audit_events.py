"""Event types of consent."""

from privacy.audit.registry import event_type

CHANGED = event_type(
    "consent.changed",
    label="A person decided about a purpose",
    payload={"purpose": str, "channel": str, "status": str, "door": str},
)
CONFIRMATION_ASKED = event_type(
    "consent.confirmation_asked",
    label="A mailbox was asked to confirm a choice",
    payload={"purposes": str, "door": str},
)

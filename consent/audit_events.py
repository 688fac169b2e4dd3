"""Event types of consent."""

from privacy.audit.registry import event_type

CHANGED = event_type(
    "consent.changed",
    label="A person decided about a purpose",
    payload={"purpose": str, "channel": str, "status": str, "door": str},
)
KEY_MADE = event_type("consent.api_key_made", label="A system was given a key", payload={"scopes": str})
KEY_REVOKED = event_type("consent.api_key_revoked", label="A system's key was revoked")

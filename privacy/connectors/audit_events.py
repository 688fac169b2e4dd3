"""Event types of outside systems."""

from privacy.audit.registry import event_type

CONNECTED = event_type(
    "connectors.connected",
    label="Outside system: connected or its data map changed",
    payload={"system": str, "digest": str, "collections": int, "fields": int},
)
DISCONNECTED = event_type("connectors.disconnected", label="Outside system: disconnected", payload={"system": str})
TESTED = event_type("connectors.tested", label="Outside system: self-test", payload={"system": str, "faulty": int})

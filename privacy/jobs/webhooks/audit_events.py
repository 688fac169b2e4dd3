"""Event types of webhooks."""

from privacy.audit.registry import event_type

ENDPOINT_MADE = event_type(
    "webhooks.endpoint_made",
    label="A system is told of events from now on",
    payload={"topics": str, "with_identifier": bool},
)
ENDPOINT_CHANGED = event_type(
    "webhooks.endpoint_changed", label="A webhook was paused, resumed or ended", payload={"state": str}
)
SECRET_ROTATED = event_type(
    "webhooks.secret_rotated", label="A webhook was given a new secret", payload={"overlap_hours": int}
)
DELIVERED = event_type(
    "webhooks.delivered", label="A system confirmed an event", payload={"topic": str, "about": str, "attempts": int}
)
GIVEN_UP = event_type(
    "webhooks.given_up",
    label="A system did not confirm for three days",
    payload={"count": int, "outcome": str},
)
REPLAYED = event_type("webhooks.replayed", label="Events were sent again", payload={"count": int})
SETTLED = event_type("webhooks.settled", label="Somebody told a system by hand", payload={"topic": str, "about": str})

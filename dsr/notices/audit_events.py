"""Event types of notices; what happens to a notice or task is history of its case."""

from privacy.audit.registry import event_type

ROUTE_CHANGED = event_type(
    "notices.route_changed", label="How a recipient is told was changed", payload={"code": str, "way": str}
)

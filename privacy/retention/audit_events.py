"""Event types of retention."""

from privacy.audit.registry import event_type

HOLD_PLACED = event_type("retention.hold_placed", label="Legal hold placed", payload={"ground": str, "targets": int})
HOLD_REVIEWED = event_type("retention.hold_reviewed", label="Legal hold reviewed", payload={"review_on": str})
HOLD_RELEASED = event_type("retention.hold_released", label="Legal hold released", payload={"ground": str})

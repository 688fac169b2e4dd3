"""Event types of retention."""

from privacy.audit.registry import event_type

HOLD_PLACED = event_type("retention.hold_placed", label="Legal hold placed", payload={"ground": str, "targets": int})
HOLD_REVIEWED = event_type("retention.hold_reviewed", label="Legal hold reviewed", payload={"review_on": str})
HOLD_RELEASED = event_type("retention.hold_released", label="Legal hold released", payload={"ground": str})
DRY_RUN = event_type(
    "retention.dry_run", label="Retention rule tried without effect", payload={"rule": str, "due": int, "held": int}
)
RULE_ON = event_type("retention.rule_on", label="Retention rule switched on", payload={"rule": str, "days": int})
RULE_OFF = event_type("retention.rule_off", label="Retention rule switched off", payload={"rule": str})
RUN_STARTED = event_type("retention.run_started", label="Disposal started", payload={"rule": str, "days": int})
RUN_STOP_ASKED = event_type("retention.run_stop_asked", label="Disposal told to stop", payload={"rule": str})
RUN_FINISHED = event_type(
    "retention.run_finished",
    label="Disposal ended without anything to dispose of",
    payload={"rule": str, "state": str},
)
RECEIPT = event_type(
    "retention.receipt",
    label="Disposal receipt written",
    payload={"rule": str, "state": str, "removed": int, "held": int},
)
REPLAYED_CHUNK = event_type(
    "retention.replayed_chunk",
    label="Rows erased again after a restore",
    payload={"scope": str, "table": str, "removed": int, "anonymized": int, "held": int},
)
REPLAYED = event_type(
    "retention.replayed",
    label="Person erased again after a restore",
    payload={"scope": str, "erased": int, "held": int, "left": int},
)

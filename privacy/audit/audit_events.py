"""Event types of the log itself."""

from privacy.audit.registry import event_type

RESTORE_ACCEPTED = event_type(
    "audit.restore_accepted", label="Restored database taken back into use", payload={"checkpoint": int}
)
LEDGER_VERIFIED = event_type(
    "audit.verified", label="Log verified", payload={"events": int, "seals": int, "faults": int}
)

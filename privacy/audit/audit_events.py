"""Event types of the log itself."""

from privacy.audit.registry import event_type

LEDGER_VERIFIED = event_type(
    "audit.verified", label="Log verified", payload={"events": int, "seals": int, "faults": int}
)

"""Event types of identity, beside the history of the case."""

from privacy.audit.registry import event_type

EVIDENCE_VIEWED = event_type("identity.evidence_viewed", label="Evidence of identity: looked at", payload={"page": int})

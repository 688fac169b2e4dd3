"""Event types of the doors that need several apps."""

from privacy.audit.registry import event_type

COLLECTED = event_type(
    "pages.collected",
    label="Access package: collected at the command line",
    payload={"systems": int, "rows": int, "sha256": str, "is_complete": bool},
)
DEMO_CLEARED = event_type("pages.demo_cleared", label="Demo: cleared", payload={"rows": int})
SEEN = event_type("pages.own_data_seen", label="You, or somebody signed in as you, looked at your data")
BACKED_UP = event_type("pages.backed_up", label="Backup made", payload={"engine": str})
MANDATE_REVOKED = event_type(
    "pages.mandate_revoked", label="You asked a processor to end a mandate", payload={"system": str}
)
MANDATE_ANSWERED = event_type(
    "pages.mandate_answered", label="A processor answered about a mandate", payload={"system": str, "answer": str}
)

"""Event types of referring; what happens to a case stands in its history."""

from privacy.audit.registry import event_type

CUSTOMER_KEPT = event_type("referring.customer_kept", label="Business customer: noted or changed")
CUSTOMER_ENDED = event_type("referring.customer_ended", label="Business customer: ended")
CUSTOMER_EXPORTED = event_type(
    "referring.customer_exported", label="Business customer: its file handed out", payload={"rows": int}
)
ASSIST_OPENED = event_type(
    "referring.assist_opened", label="Help for a business customer: asked", payload={"due_on": str}
)
ASSIST_DONE = event_type("referring.assist_done", label="Help for a business customer: done")

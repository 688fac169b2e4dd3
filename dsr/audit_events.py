"""Event types of subject requests. `kind` and `detail` are those of the history row."""

from privacy.audit.registry import event_type

HISTORY = event_type(
    "dsr.history",
    label="Subject request: history",
    payload={"kind": str, "from_state": str, "to_state": str, "detail": str},
)
OPENED_BY_STAFF = event_type("dsr.viewed", label="Subject request: opened by staff")
PREVIEWED = event_type(
    "dsr.previewed", label="Subject request: erasure previewed", payload={"tables": int, "rows": int}
)
FEED_MADE = event_type("dsr.feed_made", label="Calendar link of a member of staff made")
FEED_ENDED = event_type("dsr.feed_ended", label="Calendar link of a member of staff ended")
RECEIPT = event_type(
    "dsr.receipt",
    label="Subject request: receipt written",
    payload={"systems": int, "removed": int, "anonymized": int, "retained": int},
)

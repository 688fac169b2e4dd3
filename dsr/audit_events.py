"""Event types of subject requests. `kind` and `detail` are those of the history row."""

from privacy.audit.registry import event_type

HISTORY = event_type(
    "dsr.history",
    label="Subject request: history",
    payload={"kind": str, "from_state": str, "to_state": str, "detail": str},
)
FILING_KEPT = event_type("dsr.filing_kept", label="Subject request: came in", payload={"channel": str})
OPENED_BY_STAFF = event_type("dsr.viewed", label="Subject request: opened by staff")
FOUND_BY_ADDRESS = event_type(
    "dsr.found_by_address", label="Subject requests: searched by an address", payload={"requests": int}
)
LETTER_PRINTED = event_type("dsr.letter_printed", label="Subject request: letter taken out to print")
PREVIEWED = event_type(
    "dsr.previewed", label="Subject request: erasure previewed", payload={"tables": int, "rows": int}
)
RECORD_RULED = event_type(
    "dsr.record_ruled",
    label="Subject request: somebody said whose a record is",
    payload={"system": str, "table": str, "is_theirs": bool},
)
RECORDS_COMPARED = event_type(
    "dsr.records_compared", label="Subject request: records that may be somebody else's read", payload={"records": int}
)
FEED_MADE = event_type("dsr.feed_made", label="Calendar link of a member of staff made")
FEED_ENDED = event_type("dsr.feed_ended", label="Calendar link of a member of staff ended")
RECEIPT = event_type(
    "dsr.receipt",
    label="Subject request: receipt written",
    payload={"systems": int, "removed": int, "anonymized": int, "retained": int},
)
CORRECTIONS_SEEN = event_type("dsr.corrections_seen", label="Subject request: old and new values read by staff")
EVIDENCE_EXPORTED = event_type(
    "dsr.evidence_exported",
    label="Subject request: evidence exported",
    payload={"entries": int, "sha256": str},
)

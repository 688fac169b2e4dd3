"""Event types of the documents that protect transfers."""

from privacy.audit.registry import event_type

ADDED = event_type(
    "safeguards.added", label="A document that protects a transfer was taken in", payload={"sha256": str}
)
ENDED = event_type("safeguards.ended", label="A document that protects a transfer is not handed out any more")
READ = event_type("safeguards.read", label="A document that protects a transfer was opened by staff")

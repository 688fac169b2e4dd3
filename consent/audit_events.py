"""Event types of consent."""

from privacy.audit.registry import event_type

CHANGED = event_type(
    "consent.changed",
    label="A person decided about a purpose",
    payload={"purpose": str, "channel": str, "status": str, "door": str},
)
CONFIRMATION_ASKED = event_type(
    "consent.confirmation_asked",
    label="A mailbox was asked to confirm a choice",
    payload={"purposes": str, "door": str},
)
GROUND_RECORDED = event_type(
    "consent.ground_recorded",
    label="A compelling ground was recorded against an objection",
    payload={"purpose": str, "ground": str},
)
GROUND_ENDED = event_type(
    "consent.ground_ended",
    label="A compelling ground was ended: the objection stands again",
    payload={"purpose": str},
)
PROVEN = event_type(
    "consent.soft_opt_in_proven",
    label="The two proofs of a soft opt-in were recorded",
    payload={"purpose": str, "sale": str},
)
SCOPE_CHANGED = event_type(
    "consent.scope_changed",
    label="A person decided about one thing of a purpose, or was asked",
    payload={"purpose": str, "scope": str, "status": str, "door": str},
)
SIGNAL_HONORED = event_type(
    "consent.signal_honored",
    label="A signal of a browser was honored",
    payload={"signal": str, "purposes": int, "changed": int},
)
SIGNAL_KEPT = event_type(
    "consent.signal_kept",
    label="A person stays opted out by a signal",
    payload={"signal": str, "purpose": str},
)
RECEIPT_TAKEN = event_type("consent.receipt_taken", label="Receipt of a decision: downloaded", payload={"format": str})
STATE_READ = event_type(
    "consent.state_read", label="What a person allowed at a moment was looked up", payload={"at_time": str}
)
EXPORTED = event_type(
    "consent.exported",
    label="Evidence of consent: exported for an authority",
    payload={"since": str, "until": str, "events": int, "sha256": str},
)
PERSON_SOUGHT = event_type(
    "consent.person_sought", label="Somebody was looked for by an identifier", payload={"kind": str, "found": int}
)
TIMELINE_OPENED = event_type("consent.timeline_opened", label="What a person decided was opened in the console")
FEED_SNAPSHOT = event_type(
    "consent.feed_snapshot",
    label="A system took a copy of everybody's decisions, without names",
    payload={"people": int},
)

"""Event types of the policy."""

from privacy.audit.registry import event_type

POLICY_LOADED = event_type("policy.loaded", label="Policy draft loaded", payload={"effective_on": str, "digest": str})
POLICY_PUBLISHED = event_type(
    "policy.published",
    label="Policy published",
    payload={"effective_on": str, "digest": str, "material": bool, "purposes": int, "changed": int},
)
DRAFT_DISCARDED = event_type(
    "policy.draft_discarded", label="Policy draft discarded", payload={"effective_on": str, "digest": str}
)
FIGURE_SWITCHED = event_type(
    "policy.figure_switched", label="Live figure switched", payload={"promise": int, "shown": bool}
)
DRAFT_STARTED = event_type(
    "policy.draft_started", label="Policy draft started", payload={"effective_on": str, "before": str}
)
DRAFT_EDITED = event_type(
    "policy.draft_edited",
    label="Policy draft edited",
    payload={"effective_on": str, "section": str, "entry": str, "digest": str},
)
DRAFT_REVIEWED = event_type(
    "policy.draft_reviewed", label="Policy draft reviewed", payload={"effective_on": str, "digest": str}
)
DRAFT_SENT_BACK = event_type(
    "policy.draft_sent_back", label="Policy draft sent back", payload={"effective_on": str, "digest": str}
)

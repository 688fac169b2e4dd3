"""Event types of the policy."""

from privacy.audit.registry import event_type

POLICY_LOADED = event_type("policy.loaded", label="Policy draft loaded", payload={"effective_on": str, "digest": str})
POLICY_PUBLISHED = event_type(
    "policy.published",
    label="Policy published",
    payload={"effective_on": str, "digest": str, "material": bool, "purposes": int},
)
DRAFT_DISCARDED = event_type(
    "policy.draft_discarded", label="Policy draft discarded", payload={"effective_on": str, "digest": str}
)
FIGURE_SWITCHED = event_type(
    "policy.figure_switched", label="Live figure switched", payload={"promise": int, "shown": bool}
)

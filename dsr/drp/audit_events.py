"""Event types of the Data Rights Protocol; what happens to a request stands in the history of its case."""

from privacy.audit.registry import event_type

AGENT_KEPT = event_type("drp.agent_kept", label="Authorized agent: noted or changed", payload={"new_key": bool})
AGENT_ENDED = event_type("drp.agent_ended", label="Authorized agent: may not file any more")
AGENT_PAIRED = event_type("drp.agent_paired", label="Authorized agent: a token was made for it")

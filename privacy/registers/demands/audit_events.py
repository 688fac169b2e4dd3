"""Event types of legal demands. None names the person: a gag would be worth nothing."""

from privacy.audit.registry import event_type

FILED = event_type("demands.filed", label="Legal demand: filed", payload={"recipient": str, "ground": str})
NOTED = event_type("demands.noted", label="Legal demand: its necessity was noted", payload={"version": int})
OPENED = event_type("demands.opened", label="Legal demand: opened", payload={})
APPROVED = event_type("demands.approved", label="Legal demand: approved", payload={"approval": int})
DECLINED = event_type("demands.declined", label="Legal demand: declined", payload={})
DISCLOSED = event_type(
    "demands.disclosed",
    label="Legal demand: data may go out",
    payload={"recipient": str, "purpose": str, "categories": str, "basis": str},
)
TAKEN = event_type("demands.package_taken", label="Legal demand: its package was taken", payload={"rows": int})

"""Event types of packages and restrictions."""

from privacy.audit.registry import event_type

RESTRICTED = event_type("personal_data.restricted", label="Use of your data restricted", payload={"ground": str})
LIFTING_ANNOUNCED = event_type(
    "personal_data.lifting_announced", label="Restriction of use: its end announced", payload={"lift_on": str}
)
LIFTED = event_type("personal_data.restriction_lifted", label="Restriction of use lifted")
PACKAGE_ASKED = event_type("personal_data.package_asked", label="Package of your data: asked for")
PACKAGE_READY = event_type(
    "personal_data.package_ready",
    label="Package of your data: ready",
    payload={"systems": int, "rows": int, "sha256": str, "is_complete": bool, "found": int},
)
PACKAGE_RELEASED = event_type(
    "personal_data.package_released", label="Package of your data: released to you", payload={"sha256": str}
)
PACKAGE_TAKEN = event_type(
    "personal_data.package_taken", label="Package of your data: downloaded", payload={"sha256": str}
)
PACKAGE_EXPIRED = event_type("personal_data.package_expired", label="Package of your data: deleted")
KEYS_ROTATED = event_type(
    "personal_data.keys_rotated",
    label="Sealed anew under another key",
    payload={"key": str, "values": int, "stuck": int},
)

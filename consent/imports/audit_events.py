"""Event types of imports."""

from privacy.audit.registry import event_type

MAPPING_SAVED = event_type("imports.mapping_saved", label="A mapping for imports was saved", payload={"name": str})
IMPORT_MADE = event_type(
    "imports.made", label="A file of decisions was uploaded", payload={"mapping": str, "size": int}
)
IMPORT_CHECKED = event_type(
    "imports.checked",
    label="What an import would change was listed",
    payload={"lines": int, "lower": int, "refused": int, "ask_again": int, "digest": str},
)
IMPORT_SHOWN = event_type("imports.shown", label="The list of an import was taken out", payload={"rows": int})
IMPORT_APPROVED = event_type(
    "imports.approved", label="An import was approved", payload={"digest": str, "changes": int, "asks_again": bool}
)
CHUNK_APPLIED = event_type(
    "imports.chunk_applied",
    label="A part of an import was applied",
    payload={"changes": int, "people": int, "moved_on": int},
)
IMPORT_APPLIED = event_type("imports.applied", label="An import was applied", payload={"applied": int, "moved_on": int})
IMPORT_DISCARDED = event_type("imports.discarded", label="An import was discarded", payload={"reason": str})

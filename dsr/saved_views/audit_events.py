"""Event types of views of the queue. A name stands in no payload: people type it."""

from privacy.audit.registry import event_type

SAVED = event_type("saved_views.saved", label="View of the queue: saved", payload={"shared": bool})
CHANGED = event_type("saved_views.changed", label="View of the queue: renamed or shared", payload={"shared": bool})
DELETED = event_type("saved_views.deleted", label="View of the queue: deleted", payload={"shared": bool})
BROUGHT_BACK = event_type(
    "saved_views.brought_back", label="View of the queue: deletion undone", payload={"shared": bool}
)
CHOSEN = event_type(
    "saved_views.chosen", label="Queue: how it opens was chosen", payload={"start_view": str, "keys": bool}
)

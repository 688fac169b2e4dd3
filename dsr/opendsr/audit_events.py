"""Event types of OpenDSR; what happens to a request stands in the history of its case."""

from privacy.audit.registry import event_type

CONTROLLER_KEPT = event_type(
    "opendsr.controller_kept", label="OpenDSR: a business customer may file, or its entry changed"
)
KEY_GIVEN = event_type("opendsr.key_given", label="OpenDSR: a business customer was given its key")
RESULTS_FETCHED = event_type(
    "opendsr.results_fetched", label="OpenDSR: results handed to the controller", payload={"rows": int}
)
LOOKED_AT = event_type("opendsr.looked_at", label="OpenDSR: a request of a business customer was opened")

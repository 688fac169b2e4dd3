"""Event types of questions to people. The person is the subject of the event; its payload names nobody."""

from privacy.audit.registry import event_type

ASKED = event_type("desks.asked", label="People asked about a person", payload={"system": str, "ask": str})
OPENED = event_type("desks.opened", label="A question to people opened", payload={"system": str, "ask": str})
ANSWERED = event_type(
    "desks.answered",
    label="People answered about a person",
    payload={"system": str, "ask": str, "found": int, "removed": int, "kept": int, "failed": int},
)
EMPTIED = event_type("desks.emptied", label="Copies given by people let go", payload={"system": str, "copies": int})

"""Event types of intake."""

from privacy.audit.registry import event_type

COLLECTED = event_type(
    "intake.collected",
    label="A site reported what a person gave",
    payload={"touchpoint": str, "site": str, "form": str, "notice": str, "values": int, "others": int, "masked": int},
)
TOLD = event_type(
    "intake.told", label="A person was told where their data came from", payload={"source": str, "how": str}
)
RECEIVED = event_type("intake.publication_received", label="Something to publish came in", payload={"kind": str})
ASKED = event_type(
    "intake.publication_asked",
    label="A person was asked whether something of theirs may be published",
    payload={"kind": str, "answer": str},
)
PUBLISHED = event_type(
    "intake.published", label="Something of a person was published", payload={"kind": str, "grant": str}
)
TAKEN_DOWN = event_type(
    "intake.taken_down", label="Something of a person was taken down", payload={"kind": str, "reason": str}
)
VISITS_LINKED = event_type(
    "intake.visits_linked",
    label="Visits of a browser were linked to a person",
    payload={"purpose": str, "basis": str},
)
VISITS_FORGOTTEN = event_type(
    "intake.visits_forgotten",
    label="Visits of a browser were forgotten instead of being linked",
    payload={"purpose": str, "rows": int},
)
VISITS_UNLINKED = event_type(
    "intake.visits_unlinked",
    label="Visits of a browser were unlinked and forgotten",
    payload={"purpose": str, "rows": int},
)
TOTALS_READ = event_type("intake.totals_read", label="A partner read totals", payload={"of": str, "cells": int})
OPENED = event_type("intake.opened", label="Staff opened a row about a person", payload={"kind": str})
PROMOTION_OPENED = event_type("intake.promotion_opened", label="A promotion was opened", payload={"code": str})
ENTRY = event_type("intake.entry", label="An entry to a promotion changed", payload={"promotion": str, "state": str})
ENTRIES_DROPPED = event_type(
    "intake.entries_dropped", label="Entries that nobody confirmed were dropped", payload={"rows": int}
)
DEVICE_REPORTED = event_type(
    "intake.device_reported",
    label="An app reported a permission of a device",
    payload={"permission": str, "state": str},
)
DEVICE_FORGOTTEN = event_type("intake.device_forgotten", label="A device was forgotten")

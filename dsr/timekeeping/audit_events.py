"""Event types of calendars."""

from privacy.audit.registry import event_type

DAY_ADDED = event_type(
    "timekeeping.day_added",
    label="Calendar: a day was added",
    payload={"number": int, "calendar": str, "on": str, "kind": str},
)

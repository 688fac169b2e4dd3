"""Declarations of what was found in packages."""

from privacy.personal_data.declaring import DELETE, declare, secret, technical

declare(
    "leaks.LeakFinding",
    category="case",
    purpose="legal_obligation",
    subject="package__subject",
    label="What was looked through before your package was released",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("id", "package", "decided_by", "confirmed_by"), technical("an id")),
        **dict.fromkeys(("kind", "place", "row", "column", "times", "state"), technical("a place in a package")),
        **dict.fromkeys(("created_at", "decided_at"), technical("a time")),
        "is_one_pair": technical("who agreed"),
        "mac": technical("a keyed hash"),
        "hint": secret("the beginning of a value of somebody else"),
        "reason": secret("a note of staff"),
    },
)

"""Declarations of what erasures kept."""

from privacy.personal_data.declaring import declare, retain, secret, shown, technical

declare(
    "retained.RetainedSet",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="What an erasure had to keep, and until when",
    on_erase=retain(ground="accountability", anchor="created_at", days=3 * 365),
    fields={
        **dict.fromkeys(("system", "table", "rows", "ground", "until", "is_held", "state"), shown()),
        **dict.fromkeys(("removed", "anonymized", "created_at", "ended_at"), shown()),
        **dict.fromkeys(("id", "subject_request"), technical("an id")),
        **dict.fromkeys(("handler", "label", "position", "problem"), technical("how it is carried out")),
        "frozen": secret("row keys, encrypted; blanked once the rows are gone"),
        "is_demo": technical("demo mark"),
    },
)

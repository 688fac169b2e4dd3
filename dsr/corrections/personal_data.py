"""Declarations of corrections."""

from privacy.personal_data.declaring import declare, retain, secret, shown, technical

declare(
    "corrections.Correction",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="What was corrected at your request",
    on_erase=retain(ground="accountability", anchor="created_at", days=180),
    fields={
        **dict.fromkeys(("category", "new", "wrong", "created_at"), shown()),
        **dict.fromkeys(("id", "subject_request", "asked_by"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "corrections.CorrectionResult",
    category="case",
    purpose="legal_obligation",
    subject="correction__subject_request__subject",
    label="Where it was corrected, and what stood there before",
    on_erase=retain(ground="accountability", anchor="correction__created_at", days=180, goes=True),
    fields={
        **dict.fromkeys(("label", "state", "changed", "already_done", "kept", "old", "verified_at"), shown()),
        "frozen": secret("row keys, encrypted; blanked once the system has answered"),
        **dict.fromkeys(("id", "correction", "handler"), technical("an id")),
        "error_code": technical("a code"),
    },
)

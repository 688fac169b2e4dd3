"""Declarations of deletions that people ask for themselves."""

from privacy.personal_data.declaring import declare, retain, shown, technical

declare(
    "own_deletion.OwnDeletion",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Deletions of your account that you asked for",
    on_erase=retain(ground="accountability", anchor="scheduled_at", days=3 * 365),
    fields={
        **dict.fromkeys(("state", "scheduled_at", "runs_at", "told_at", "ended_at"), shown()),
        **dict.fromkeys(("id", "subject_request", "user_id"), technical("an id")),
        "why": technical("the code of what spoke against it; the case says it in words"),
    },
)

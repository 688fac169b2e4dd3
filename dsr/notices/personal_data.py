"""Declarations of notices and tasks."""

from privacy.personal_data.declaring import declare, exempt, retain, secret, shown, technical

exempt("notices.NoticeRoute", "A company and how to reach it.")
declare(
    "notices.Notice",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Whom we told about your erasure, correction or restriction",
    on_erase=retain(ground="accountability", anchor="created_at", days=3 * 365),
    fields={
        **dict.fromkeys(("recipient", "label", "event", "way", "state"), shown()),
        **dict.fromkeys(("reason", "created_at", "sent_at", "acknowledged_at"), shown()),
        **dict.fromkeys(("id", "subject_request", "outbox_id"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "notices.Task",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="What people did in other systems for your request",
    on_erase=retain(ground="accountability", anchor="created_at", days=3 * 365),
    fields={
        **dict.fromkeys(("kind", "about", "label", "due_on", "state", "answer", "created_at", "done_at"), shown()),
        **dict.fromkeys(("what", "why", "how", "reported_at", "ground", "words", "review_on"), shown()),
        "note": secret("a note of staff"),
        "is_blocking": technical("whether the answer waits for it"),
        **dict.fromkeys(("id", "subject_request", "notice", "owner", "done_by", "confirmed_by"), technical("an id")),
        "is_one_pair": technical("who agreed"),
        "is_demo": technical("demo mark"),
    },
)

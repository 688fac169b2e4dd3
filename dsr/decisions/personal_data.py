"""Declarations of decisions that wait: they quote what a person asked and what we answer."""

from privacy.personal_data.declaring import FieldRule, declare, retain, shown, technical


def _all(rule: FieldRule, *names: str) -> dict[str, FieldRule]:
    return dict.fromkeys(names, rule)


declare(
    "decisions.Proposal",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Decisions on your requests that a second person looked at",
    on_erase=retain(ground="accountability", anchor="proposed_at", days=180),
    fields={
        **_all(shown(), "state", "outcome", "ground", "proposed_at", "settled_at", "is_one_pair"),
        "frozen": technical("the decision before it was made; what became of it is with your requests"),
        **_all(technical("a code or a hash"), "why", "digest"),
        **_all(technical("an id"), "id", "subject_request", "item", "proposed_by", "settled_by"),
    },
)
declare(
    "decisions.ConsequenceQuestion",
    category="case",
    purpose="legal_obligation",
    subject="item__subject_request__subject",
    label="What we asked you about an objection",
    on_erase=retain(ground="accountability", anchor="asked_at", days=180),
    fields={
        **_all(shown(), "purposes", "words", "text", "asked_at", "answered_at", "is_confirmed"),
        **_all(technical("an id"), "id", "item", "asked_by"),
    },
)
declare(
    "decisions.Appeal",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Your appeals",
    on_erase=retain(ground="accountability", anchor="received_at", days=180),
    fields={
        **_all(shown(), "number", "state", "words", "due_on", "received_at", "extended_at", "decided_at", "answer"),
        "was_state": technical("how the case stood before"),
        **_all(technical("an id"), "id", "subject_request", "decided_by"),
    },
)

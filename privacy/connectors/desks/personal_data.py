"""Declarations of questions to people. What people gave is handed out as the answer of their own system."""

from privacy.personal_data.declaring import declare, retain, secret, shown, technical

GIVEN = "a copy for one case, given to the person as the answer of its system, and let go with the case"
declare(
    "desks.DeskQuestion",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="Whom we asked for your request where a system has no interface",
    on_erase=retain(ground="accountability", anchor="asked_at", days=3 * 365),
    fields={
        **dict.fromkeys(("label", "ask", "reference", "due_on", "asked_at", "state", "answered_at"), shown()),
        **dict.fromkeys(("result", "why"), shown()),
        "identities": secret("what people need to look for you; blank once the case is over"),
        **dict.fromkeys(("evidence", "evidence_file", "evidence_key"), secret("a note of staff, and its proof")),
        **dict.fromkeys(("reminded_at", "escalated_at"), technical("when people were reminded")),
        **dict.fromkeys(("id", "desk", "subject", "person_mac", "about", "parent", "answered_by"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "desks.DeskLine",
    category="case",
    purpose="legal_obligation",
    subject="question__subject",
    label="What people found and did for your request",
    on_erase=retain(ground="accountability", anchor="question__asked_at", days=3 * 365),
    fields={
        **dict.fromkeys(("table", "found", "removed", "kept", "ground", "until", "failed", "why"), shown()),
        **dict.fromkeys(("position", "category", "counted"), technical("how it is counted")),
        **dict.fromkeys(("id", "question"), technical("an id")),
    },
)
declare(
    "desks.DeskCopy",
    category="case",
    purpose="legal_obligation",
    subject="question__subject",
    label="Copies that people gave for your request, until it is over",
    on_erase=retain(ground="accountability", anchor="question__asked_at", days=3 * 365),
    fields={
        **dict.fromkeys(("row", "file", "file_key"), secret(GIVEN)),
        **dict.fromkeys(("table", "position", "media_type"), technical("what kind of copy it is")),
        **dict.fromkeys(("id", "question"), technical("an id")),
    },
)

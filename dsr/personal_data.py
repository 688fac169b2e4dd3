"""Declarations of subject requests: the case is personal data too, in its identifying half."""

from privacy.personal_data.declaring import DELETE, FieldRule, declare, exempt, retain, secret, shown, steady, technical

CASE = retain(
    ground="accountability",
    anchor="received_at",
    days=3 * 365,
    note="The case stays as proof that it was answered. It names nobody: what identifies you goes after three months.",
)


def _all(rule: FieldRule, *names: str) -> dict[str, FieldRule]:
    return dict.fromkeys(names, rule)


declare(
    "dsr.SubjectRequest",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="Your requests",
    on_erase=CASE,
    fields={
        **_all(shown(), "reference", "state", "channel", "received_at", "filed_at", "identity_level", "confirmed_at"),
        **_all(shown(), "closed_at", "due_on", "safe_on", "policy_version", "language"),
        **_all(shown(), "regime", "region", "role", "promise_days"),
        **_all(technical("the law and calendar of the installation"), "home_regime", "home_calendar"),
        **_all(technical("an id"), "id", "subject", "filed_by", "assigned_to"),
        "priority": technical("the order of the queue"),
        "awaits_person": technical("follows from the history"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "dsr.RequestItem",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="What you asked for, and the outcome",
    on_erase=retain(ground="accountability", anchor="subject_request__received_at", days=3 * 365),
    fields={
        **_all(shown(), "right", "outcome", "ground", "decided_at"),
        **_all(technical("an id"), "id", "subject_request"),
    },
)
declare(
    "dsr.Contact",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="How we answer your requests",
    on_erase=retain(
        ground="accountability",
        anchor="erase_on",
        days=0,
        note="Kept so that your request can be answered; erased three months after it is closed.",
    ),
    fields={
        **_all(shown(), "name", "email", "postal", "phone", "erase_on"),
        **_all(technical("an id or a keyed hash"), "id", "subject_request", "index"),
    },
)
declare(
    "dsr.CaseNote",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Messages of your requests",
    on_erase=retain(ground="accountability", anchor="created_at", days=180, goes=True),
    rows=steady(lambda rows: rows.filter(kind="message")),
    fields={
        **_all(shown(), "text", "created_at"),
        "kind": technical("message or staff note; staff notes are privileged"),
        **_all(technical("an id"), "id", "subject_request", "author"),
    },
)
declare(
    "dsr.CaseLink",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Links mailed for your requests",
    on_erase=retain(ground="accountability", anchor="expires_at", days=90, goes=True),
    fields={
        **_all(shown(), "kind", "created_at", "expires_at", "used_at", "superseded_at"),
        "token_hash": secret("a credential"),
        **_all(technical("an id"), "id", "subject_request"),
    },
)
declare(
    "dsr.Letter",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Letters to you",
    on_erase=retain(ground="accountability", anchor="created_at", days=180, goes=True),
    fields={
        **_all(shown(), "kind", "language", "text", "created_at"),
        "number": technical("which letter of its kind"),
        **_all(technical("an id"), "id", "subject_request", "outbox_id"),
    },
)
declare(
    "dsr.ErasurePlan",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Erasure plans",
    on_erase=retain(ground="accountability", anchor="prepared_at", days=3 * 365),
    fields={
        **_all(shown(), "number", "state", "digest", "summary", "is_supplementary", "prepared_at"),
        "frozen": secret("row keys, encrypted; purged with the case"),
        **_all(technical("an id"), "id", "subject_request", "prepared_by"),
    },
)
declare(
    "dsr.RecordRuling",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="What we looked at to tell you from others",
    on_erase=retain(ground="accountability", anchor="decided_at", days=3 * 365),
    fields={
        **_all(shown(), "system", "decided_at"),
        **_all(technical("about a record that may be somebody else's"), "table", "key", "is_theirs"),
        **_all(technical("an id"), "id", "subject_request", "ruled_by"),
    },
)
exempt("dsr.Clock", "Dates and codes of a case.")
exempt("dsr.Approval", "Two ids, a date and a hash.")
exempt("dsr.Run", "Dates of a run.")
exempt("dsr.Step", "Codes and counts of a run.")
exempt("dsr.HistoryRow", "Codes and ids; reached through the log, which is declared.")
exempt("dsr.ReceiptRow", "Counts, codes and hashes; handed to the person with the letter.")
declare(
    "dsr.CalendarFeed",
    category="staff",
    purpose="security_logs",
    subject="user__subject",
    label="Calendar links of staff",
    on_erase=DELETE,
    fields={
        "created_at": shown(),
        **_all(technical("an id"), "id", "user"),
        "token_hash": secret("a credential"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "dsr.ItemAnswer",
    category="case",
    purpose="legal_obligation",
    subject="item__subject_request__subject",
    label="What we decided about your requests",
    on_erase=retain(ground="accountability", anchor="created_at", days=180, goes=True),
    fields={
        **_all(shown(), "words", "created_at"),
        "evidence": technical("where our proof lies; staff only"),
        **_all(technical("an id"), "id", "item", "decided_by"),
    },
)
exempt("dsr.ReportYear", "Counts of a year that name nobody.")
exempt("dsr.ReportMark", "Up to which seal of the log the figures are counted.")
declare(
    "dsr.SystemAnswer",
    category="case",
    purpose="legal_obligation",
    subject="item__subject_request__subject",
    label="What systems answered to your requests",
    on_erase=retain(ground="accountability", anchor="created_at", days=180, goes=True),
    fields={
        **_all(shown(), "label", "answer", "ground", "words", "review_on", "created_at"),
        **_all(technical("an id"), "id", "item", "system"),
    },
)

"""Declarations of correspondence."""

from privacy.personal_data.declaring import declare, retain, secret, shown, steady, technical

KEPT_DAYS = 180

declare(
    "correspondence.Message",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Messages about your requests",
    on_erase=retain(ground="accountability", anchor="created_at", days=KEPT_DAYS),
    rows=steady(lambda rows: rows.filter(is_theirs=True)),
    fields={
        **dict.fromkeys(("direction", "medium", "subject_line", "text", "at", "mailbox"), shown()),
        **dict.fromkeys(("kind", "code", "is_theirs", "seen_at", "created_at"), technical("a code or a time")),
        **dict.fromkeys(("id", "subject_request", "noted_by", "outbox_id", "source_key"), technical("an id or a hash")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "correspondence.Attachment",
    category="case",
    purpose="legal_obligation",
    subject="message__subject_request__subject",
    label="Files that came with messages about your requests",
    on_erase=retain(ground="accountability", anchor="created_at", days=KEPT_DAYS),
    rows=steady(lambda rows: rows.filter(message__is_theirs=True)),
    fields={
        **dict.fromkeys(("name", "media_type", "size", "digest", "scanned", "created_at"), shown()),
        **dict.fromkeys(("file", "file_key"), secret("where the sealed file lies, and its key")),
        **dict.fromkeys(("id", "message", "position", "why_not"), technical("an id or a code")),
    },
)
declare(
    "correspondence.Filing",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Requests that one of our sites or apps passed on for you",
    on_erase=retain(ground="accountability", anchor="at", days=3 * 365),
    fields={
        "at": shown(),
        "sealed": secret("what was asked, until it is opened: then it stands in the request"),
        **dict.fromkeys(("id", "system", "filed_by", "subject_request", "reference"), technical("an id")),
        **dict.fromkeys(("idem_hash", "body_mac"), technical("a keyed hash")),
        **dict.fromkeys(("channel", "is_demo"), technical("a code")),
    },
)

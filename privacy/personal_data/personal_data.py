"""Declarations of the ground: this app, and the log and the jobs, which stand below it."""

from privacy.personal_data.declaring import (
    ANONYMIZE,
    DELETE,
    EVIDENCE,
    declare,
    exempt,
    retain,
    secret,
    shown,
    steady,
    technical,
)

exempt("personal_data.Subject", "An id and a date; nothing in it says who it is.")
exempt("personal_data.SubjectAlias", "Two ids; that they are one person is needed to read the evidence.")
declare(
    "personal_data.Restriction",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="Restrictions of processing",
    on_erase=retain(ground="accountability", anchor="since", days=3 * 365),
    fields={
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "ground": shown(),
        "since": shown(),
        "lift_on": shown(),
        "lifted_at": shown(),
    },
)
declare(
    "personal_data.CollectedPackage",
    category="case",
    purpose="legal_obligation",
    subject="subject_id",
    label="Packages of your data that were made",
    on_erase=ANONYMIZE,
    fields={
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "reason": secret("a note of staff", blank=""),
        "rows": shown(),
        "digest": technical("a hash"),
        "created_at": shown(),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "personal_data.PreparedPackage",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="Packages of your data that you asked for",
    on_erase=DELETE,
    rows=steady(
        lambda rows: rows.filter(case_id=None)
    ),  # the answer to a request outlives an erasure, by a month at most
    fields={
        **dict.fromkeys(("state", "asked_at", "ready_at", "ends_at", "taken_at", "rows", "systems"), shown()),
        **dict.fromkeys(("released_at", "downloads", "contents", "language", "masked"), shown()),
        "most_downloads": technical("how often the answer may be fetched"),
        **dict.fromkeys(("id", "subject", "size", "file", "case_id"), technical("an id or a size")),
        "silent": technical("names of systems"),
        "file_key": secret("the key of the file"),
        "digest": technical("a hash"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "audit.AuditEvent",
    category="case",
    purpose="legal_obligation",
    subject="subject_id",
    label="Log of what was done with your data",
    on_erase=EVIDENCE,
    fields={
        "id": technical("row id"),
        "at": shown(),
        "type": shown(),
        "actor_kind": shown(),
        "actor_id": technical("a staff member or key, as an id: another person"),
        "via": shown(),
        "subject_id": technical("the person's id"),
        "target_type": technical("the kind of row acted on"),
        "target_id": technical("the row acted on"),
        "payload": technical("codes and counts"),
        "evidence_type": technical("the kind of evidence row"),
        "evidence_id": technical("the evidence row"),
        "evidence_hash": technical("a hash"),
        "is_demo": technical("demo mark"),
        "row_hash": technical("a hash"),
    },
)
exempt("audit.Seal", "Hashes and counts.")
exempt("audit.SealMember", "Hashes and places.")
declare(
    "jobs.OutboxMessage",
    category="support",
    purpose="transactional",
    subject="subject_id",
    label="Messages sent to you",
    on_erase=retain(ground="accountability", anchor="created_at", days=3 * 365),
    fields={
        "template": shown(),
        "state": shown(),
        "created_at": shown(),
        "accepted_at": shown(),
        "message_class": shown(),
        "recipient": secret("in the row only until the message is accepted; listed among your addresses"),
        "secret_text": secret("a credential"),
        "id": technical("row id"),
        "idem_key": technical("ids"),
        "subject_id": technical("the person's id"),
        "context_text": technical("ids and codes"),
        "seen_at": technical("when staff had dealt with a refusal"),
        "reason": technical("a code"),
        "attempts": technical("a count"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "jobs.CapturedMail",
    category="support",
    purpose="transactional",
    subject="outbox__subject_id",
    label="Messages kept instead of sent",
    on_erase=retain(ground="accountability", anchor="created_at", days=90),
    fields={
        "recipient": shown(),
        "subject": shown(),
        "text": secret("may hold links that act as credentials"),
        "created_at": shown(),
        "id": technical("row id"),
        "outbox": technical("the message"),
        "is_demo": technical("demo mark"),
    },
)
exempt("jobs.Job", "Ids, codes and counts; a payload that could carry an address is refused.")
exempt("jobs.Heartbeat", "Names of periodic work, and dates.")
declare(
    "webhooks.WebhookDelivery",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="Which systems were told what you decided",
    on_erase=retain(ground="accountability", anchor="created_at", days=3 * 365),
    fields={
        **dict.fromkeys(("topic", "about", "state", "created_at", "accepted_at"), shown()),
        "body": secret("what is being sent; gone once the system has confirmed it"),
        **dict.fromkeys(("id", "subject_id", "event_id", "endpoint"), technical("an id")),
        **dict.fromkeys(("sequence", "lowers", "round_at", "next_at", "attempts"), technical("how it is sent")),
        "last_outcome": technical("a code"),
        "is_demo": technical("demo mark"),
    },
)
exempt("webhooks.WebhookEndpoint", "A system, not a person.")
exempt("webhooks.WebhookSecret", "A credential of a system.")
exempt("webhooks.WebhookAttempt", "A time and a code.")
declare(
    "mailbox.InboundMail",
    category="support",
    purpose="support",
    subject="subject_id",
    label="Mails of yours that came to our mailbox",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("subject_line", "text", "received_at", "state", "settled_at"), shown()),
        **dict.fromkeys(("sender", "sender_name", "recipients", "mailbox"), shown()),
        **dict.fromkeys(("id", "subject_id", "message_key", "answers"), technical("an id or a hash")),
        **dict.fromkeys(("is_automatic", "reason", "created_at"), technical("a code or a time")),
        **dict.fromkeys(("is_bounce", "bounce_code"), technical("what a mail server said")),
        **dict.fromkeys(("raw_file", "raw_key"), secret("where the sealed message lies, and its key")),
        "settled_by": technical("a member of staff, as an id"),
        "is_demo": technical("demo mark"),
    },
)
exempt("mailbox.MailboxPlace", "A hash of a folder's name and a number.")

"""Declarations of consent."""

from privacy.personal_data.declaring import DELETE, EVIDENCE, declare, exempt, shown, technical

declare(
    "consent.ConsentEvent",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="What you decided, and when",
    on_erase=EVIDENCE,
    fields={
        **dict.fromkeys(("at", "purpose", "channel", "status", "previous", "door"), shown()),
        **dict.fromkeys(
            ("notice_digest", "notice_language", "policy_on", "said_at", "site", "region", "until"), shown()
        ),
        **dict.fromkeys(("id", "subject_id", "actor_kind", "actor_id"), technical("a code or an id")),
        **dict.fromkeys(("source_kind", "source_id", "token_id"), technical("a code, an id or a hash")),
        "row_hash": technical("a hash"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "consent.SignalEvent",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="Signals of your browser that we honored",
    on_erase=EVIDENCE,
    fields={
        **dict.fromkeys(("at", "signal", "act", "purpose", "purposes", "changed"), shown()),
        **dict.fromkeys(("sent_by", "site", "region", "policy_on"), shown()),
        **dict.fromkeys(("id", "subject_id"), technical("an id")),
        "row_hash": technical("a hash"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "consent.Preference",
    category="preferences",
    purpose="legal_obligation",
    subject="subject",
    label="Your preferences as they stand",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(
            ("purpose", "channel", "status", "changed_at", "expires_at", "policy_on", "paused_until", "pace"), shown()
        ),
        **dict.fromkeys(("door", "source", "given_at"), shown()),
        **dict.fromkeys(("id", "subject", "version", "event_id"), technical("a number or an id")),
    },
)
declare(
    "consent.CompellingGround",
    category="preferences",
    purpose="legal_obligation",
    subject="subject",
    label="Why we use data although you objected",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("purpose", "ground", "words", "recorded_at", "ended_at"), shown()),
        **dict.fromkeys(("id", "subject", "recorded_by"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "consent.SoftOptInProof",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="Why you may get mail as a customer",
    on_erase=EVIDENCE,
    fields={
        **dict.fromkeys(("at", "purpose", "sale", "sold_on", "product", "offered_at"), shown()),
        **dict.fromkeys(("id", "subject_id", "event_id"), technical("an id")),
        **dict.fromkeys(("sale_digest", "offer_digest", "row_hash"), technical("a hash")),
        "is_demo": technical("demo mark"),
    },
)
exempt("consent.DecisionCount", "Counts per system and hour.")
declare(
    "consent.ScopedEvent",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="Permissions for single things, and when you gave or ended them",
    on_erase=EVIDENCE,
    fields={
        **dict.fromkeys(("at", "purpose", "scope", "status", "previous", "door", "site"), shown()),
        **dict.fromkeys(("shown_digest", "notice_digest", "notice_language", "policy_on"), shown()),
        **dict.fromkeys(("id", "subject_id", "actor_kind", "actor_id"), technical("a code or an id")),
        "row_hash": technical("a hash"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "consent.ScopedGrant",
    category="preferences",
    purpose="legal_obligation",
    subject="subject",
    label="Permissions for single things as they stand",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("purpose", "scope", "status", "shown_digest", "changed_at", "expires_at"), shown()),
        **dict.fromkeys(("id", "subject", "version", "event_id"), technical("a number or an id")),
    },
)
declare(
    "imports.ImportChange",
    category="preferences",
    purpose="legal_obligation",
    subject="subject_id",
    label="What an import would change, until its time is over",
    on_erase=DELETE,
    fields={
        **dict.fromkeys(("purpose", "channel", "kind", "reason", "before", "after", "said_at"), shown()),
        **dict.fromkeys(("id", "consent_import", "line", "subject_id"), technical("an id or a number")),
        "person": technical("a keyed hash"),
    },
)
exempt("imports.ImportMapping", "Names of columns.")
exempt("imports.ConsentImport", "Counts and hashes; the file is sealed, and gone when it was applied or given up.")
exempt("consent.ConsentDay", "Counts by the day; nobody is in them.")
exempt("consent.Counted", "How far decisions are counted.")

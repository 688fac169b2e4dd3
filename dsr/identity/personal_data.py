"""Declarations of identity: what is kept about who asks."""

from privacy.personal_data.declaring import FieldRule, declare, retain, secret, shown, technical


def _all(rule: FieldRule, *names: str) -> dict[str, FieldRule]:
    return dict.fromkeys(names, rule)


declare(
    "identity.IdentityRecord",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="How we checked who asks",
    on_erase=retain(ground="accountability", anchor="subject_request__received_at", days=3 * 365),
    fields={
        **_all(shown(), "sensitivity", "tries", "matched", "declared_at", "adults", "adults_verified"),
        **_all(technical("an id"), "id", "subject_request", "sensitivity_by"),
    },
)
declare(
    "identity.IdentityCode",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Codes mailed for your requests",
    on_erase=retain(ground="accountability", anchor="expires_at", days=90),
    fields={
        **_all(shown(), "created_at", "expires_at", "tries", "used_at", "superseded_at"),
        "digest": secret("a credential"),
        **_all(technical("an id"), "id", "subject_request"),
    },
)
declare(
    "identity.EvidenceFile",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Files by which you showed who you are, and our verdict",
    on_erase=retain(ground="accountability", anchor="uploaded_at", days=3 * 365),
    fields={
        **_all(shown(), "kind", "media_type", "size", "scanned", "uploaded_at"),
        **_all(shown(), "verdict", "verdict_at", "destroyed_at"),
        "sealed_key": secret("the key of the file"),
        "file": technical("the name of the sealed file"),
        **_all(technical("an id"), "id", "subject_request", "uploaded_by", "verdict_by"),
    },
)
declare(
    "identity.Mandate",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Who asked for you",
    on_erase=retain(ground="accountability", anchor="made_at", days=180),
    fields={
        **_all(shown(), "basis", "name", "email", "covers_receipt", "has_power_of_attorney", "expires_on", "state"),
        **_all(shown(), "made_at", "judged_at"),
        **_all(technical("an id"), "id", "subject_request", "made_by", "judged_by"),
    },
)
declare(
    "identity.ChildReport",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Reports that you are a child",
    on_erase=retain(ground="accountability", anchor="made_at", days=180),
    fields={
        **_all(shown(), "kind", "reported", "made_at", "quarantined_at"),
        **_all(technical("an id"), "id", "subject_request"),
    },
)

"""Declarations of retention."""

from privacy.personal_data.declaring import declare, exempt, retain, secret, shown, steady, technical

declare(
    "retention.LegalHold",
    category="case",
    purpose="legal_obligation",
    subject="targets__subject",
    label="Legal holds",
    on_erase=retain(ground="legal_claims", anchor="opened_at", days=3 * 365),
    rows=steady(lambda rows: rows.distinct()),
    fields={
        "id": technical("row id"),
        "reason": secret("privileged: the matter, which may concern others"),
        "ground": shown(),
        "review_on": shown(),
        "opened_at": shown(),
        "opened_by": technical("a staff member"),
        "released_at": shown(),
        "released_by": technical("a staff member"),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "retention.HoldTarget",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="What legal holds keep",
    on_erase=retain(ground="legal_claims", anchor="hold__opened_at", days=3 * 365),
    fields={
        "id": technical("row id"),
        "hold": technical("the hold"),
        "subject": technical("the person's id"),
        "table": shown(),
    },
)
exempt("retention.DisposalRun", "Codes, dates and counts.")
exempt("retention.DisposalReceipt", "Codes, dates, counts and hashes.")
exempt("retention.RuleSwitch", "Codes and dates, and the id of the staff member who decided.")

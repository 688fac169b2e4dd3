"""Declarations of referring."""

from privacy.personal_data.declaring import FieldRule, declare, exempt, retain, shown, technical


def _all(rule: FieldRule, *names: str) -> dict[str, FieldRule]:
    return dict.fromkeys(names, rule)


declare(
    "referring.Referral",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Requests that we passed on to the company that you named",
    on_erase=retain(ground="accountability", anchor="referred_at", days=3 * 365),
    fields={
        **_all(shown(), "named", "state", "referred_at", "remind_on", "reminded_at", "acknowledged_at"),
        **_all(technical("an id"), "id", "subject_request", "customer", "referred_by"),
        "is_demo": technical("demo mark"),
    },
)
exempt("referring.BusinessCustomer", "A company and the mailbox at which it takes requests.")
exempt("referring.Assist", "What a company asks of us about data that it alone decides about; it answers its people.")

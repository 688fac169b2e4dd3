"""Declarations of packages that leave."""

from privacy.personal_data.declaring import declare, retain, secret, shown, technical

declare(
    "leaving.Departure",
    category="case",
    purpose="legal_obligation",
    subject="subject_request__subject",
    label="Packages of your data that we sent you",
    on_erase=retain(ground="accountability", anchor="asked_at", days=3 * 365),
    fields={
        **dict.fromkeys(("way", "code_by", "state", "size", "asked_at"), shown()),
        **dict.fromkeys(("sent_at", "code_given_at", "ends_at"), shown()),
        **dict.fromkeys(("code", "file_key"), secret("it opens the archive")),
        **dict.fromkeys(("file", "digest"), technical("where the sealed archive lies")),
        **dict.fromkeys(("taken_out", "code_out_at"), technical("how often staff had it in hand")),
        **dict.fromkeys(("id", "subject_request", "package_id", "asked_by"), technical("an id")),
        "is_demo": technical("demo mark"),
    },
)

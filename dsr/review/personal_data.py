"""Declarations of reviews. What is reviewed is mostly about others: it reaches the person through the answer only."""

from privacy.personal_data.declaring import declare, exempt, retain, secret, shown, technical

KEPT_DAYS = 3 * 365

declare(
    "review.ReviewDocument",
    category="case",
    purpose="legal_obligation",
    subject="review__subject_request__subject",
    label="Documents that were looked through for your requests",
    on_erase=retain(
        ground="accountability",
        anchor="added_at",
        days=KEPT_DAYS,
        note="Kept sealed until nobody can complain about the answer any more, then destroyed; its number stays.",
    ),
    fields={
        **dict.fromkeys(("number", "kind", "ruling", "reason", "added_at"), shown()),
        "name": secret("may name others"),
        **dict.fromkeys(("file", "words", "result"), secret("where a sealed file lies")),
        **dict.fromkeys(("file_key", "words_key", "result_key"), secret("the key of a sealed file")),
        **dict.fromkeys(("id", "review", "ruled_by", "added_by"), technical("an id")),
        **dict.fromkeys(
            ("source", "copies", "size", "pages", "revision", "result_revision"), technical("a code or a count")
        ),
        **dict.fromkeys(("content", "result_digest"), technical("a keyed hash, or one of what was released")),
        **dict.fromkeys(("ruled_at", "result_size", "fault"), technical("a time, a size or a code")),
        "is_demo": technical("demo mark"),
    },
)
exempt("review.Review", "Dates, ids and a hash of a case.")
exempt("review.Mark", "Places in a document by figures, and why; no content.")
exempt("review.DocumentCheck", "Who looked at which document when.")

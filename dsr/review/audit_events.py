"""Event types of reviews. They name documents by id and number, marks by count, and nobody."""

from privacy.audit.registry import event_type

REVIEW_OPENED = event_type("review.opened", label="A review of documents was opened")
DOCUMENTS_ADDED = event_type(
    "review.documents_added",
    label="Documents were added to a review",
    payload={"source": str, "added": int, "copies": int},
)
DOCUMENT_OPENED = event_type(
    "review.document_opened", label="A document of a review was read", payload={"number": int, "page": int}
)
SEARCHED = event_type("review.searched", label="The documents of a review were searched", payload={"hits": int})
MARKED = event_type(
    "review.marked",
    label="Places of a document were marked or unmarked",
    payload={"number": int, "added": int, "removed": int, "revision": int},
)
RULED = event_type(
    "review.ruled",
    label="A document was decided about",
    payload={"number": int, "ruling": str, "reason": str, "marks": int, "revision": int},
)
CHECKED = event_type(
    "review.checked", label="A document was checked by a second person", payload={"number": int, "revision": int}
)
APPROVED = event_type(
    "review.approved",
    label="A review was approved",
    payload={"digest": str, "documents": int, "redacted": int, "withheld": int, "marks": int, "one_pair": bool},
)
REOPENED = event_type("review.reopened", label="An approved review was opened again")
LOG_EXPORTED = event_type("review.log_exported", label="The log of redactions was taken out", payload={"rows": int})
ORIGINALS_DESTROYED = event_type(
    "review.originals_destroyed",
    label="The originals of a review were destroyed",
    payload={"documents": int, "bytes": int, "digest": str},
)

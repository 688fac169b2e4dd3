"""What a review adds to the package of a case, and what it keeps from leaving."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from dsr.models import SubjectRequest
from dsr.review import storing
from dsr.review.from_records import texts_of
from dsr.review.models import Mark, Review, ReviewDocument
from dsr.review.selectors import review_of, review_open
from dsr.review.services.collecting import content_of
from dsr.review.vocabulary import Reason, ReviewState, Ruling, article_of
from privacy.kernel.errors import DomainError
from privacy.personal_data.additions import AddedFile, Additions
from privacy.personal_data.contract import Attachment
from privacy.personal_data.models import PreparedPackage
from privacy.policy.board import is_on

RECORDS = "records"


def stop_unreviewed(subject_request: SubjectRequest, package: PreparedPackage) -> None:
    """The gate before a package leaves. DomainError where its documents wait for a second person, or it is older than
    their approval."""
    if not is_on("review.before_release"):
        return
    if review_open(subject_request.pk):
        raise DomainError(
            "The documents of this request are not reviewed to the end. A second person approves the review first.",
            code="review_open",
        )
    review = review_of(subject_request.pk)
    if review and review.approved_at and package.asked_at <= review.approved_at:
        raise DomainError("The review was approved after this package was built. Build it again.", code="package_older")


def additions_of_case(case_id: uuid.UUID) -> Additions | None:
    """What the approved review of a case adds to its package; None where there is none."""
    review = Review.objects.select_related("subject_request").filter(subject_request_id=case_id).first()
    if review is None or review.state != ReviewState.APPROVED:
        return None
    counts, masks = counts_of(review), _Masks(review)
    return Additions(lambda: files_for_package(review), masks.mask, masks.replace, counts, counts["redactions"])


def files_for_package(review: Review) -> Iterator[AddedFile]:
    """What leaves of each document that is no record of the package, with the places hidden in it by reason."""
    for document in review.documents.exclude(source=RECORDS).order_by("number").iterator(chunk_size=50):
        if document.leaves and not document.cannot_be_shown:
            ending = "txt" if document.is_text else "pdf"
            facts = {"redactions": _reasons(document), "copies": document.copies}
            parts = storing.read(document.result, document.result_key)
            yield AddedFile(f"documents/{document.number:04d}.{ending}", parts, document.result_digest, facts)


def counts_of(review: Review) -> dict[str, Any]:
    """What the manifest says about the review: counts, and what was withheld with its article."""
    regime = review.subject_request.regime
    documents = list(review.documents.only("ruling", "reason", "review_id"))
    marks = Mark.objects.filter(document__review=review, document__ruling=Ruling.REDACT)
    reasons = Counter(marks.values_list("reason", flat=True))
    withheld = Counter(each.reason for each in documents if each.ruling == Ruling.WITHHOLD)
    return {
        "documents": len(documents),
        "released": sum(each.ruling == Ruling.RELEASE for each in documents),
        "redacted": sum(each.ruling == Ruling.REDACT for each in documents),
        "redactions": sum(reasons.values()),
        "reasons": {
            reason: {"places": count, "article": article_of(reason, regime)}
            for reason, count in sorted(reasons.items())
        },
        "withheld": {
            reason: {"documents": count, "article": article_of(reason, regime)}
            for reason, count in sorted(withheld.items())
        },
    }


def _reasons(document: ReviewDocument) -> dict[str, int]:
    if document.ruling != Ruling.REDACT:
        return {}
    return dict(sorted(Counter(document.marks.values_list("reason", flat=True)).items()))


class _Masks:
    """Puts what leaves of a reviewed text in its place, wherever it stands in the records of the package."""

    def __init__(self, review: Review) -> None:
        rows = list(review.documents.iterator(chunk_size=200))
        self._by_content = {row.content: row for row in rows if row.ruling != Ruling.RELEASE}
        self._files = {row.content: row for row in rows}
        self._regime = review.subject_request.regime

    def mask(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self._by_content:
            return row
        changed = {}
        for column, text in texts_of(row):
            document = self._by_content.get(content_of(text.encode()))
            if document is not None:
                changed[column] = self._instead(document)
        return {**row, **changed} if changed else row

    def replace(self, attachment: Attachment) -> Attachment | str:
        """What leaves of a file that was reviewed; it is made anew also where it leaves whole."""
        if not self._files:
            return attachment
        document = self._files.get(content_of(b"".join(attachment.chunks())))
        if document is None or (document.ruling == Ruling.RELEASE and document.cannot_be_shown):
            return attachment
        if not document.leaves:
            return self._instead(document)
        name = f"{PurePosixPath(attachment.name).stem or 'file'}.{'txt' if document.is_text else 'pdf'}"
        kind = "text/plain; charset=utf-8" if document.is_text else "application/pdf"
        return Attachment(name, kind, lambda: storing.read(document.result, document.result_key))

    def _instead(self, document: ReviewDocument) -> str:
        if document.ruling == Ruling.REDACT:
            return storing.whole(document.result, document.result_key).decode()
        return f"[withheld: {Reason(document.reason).label.lower()}, {article_of(document.reason, self._regime)}]"

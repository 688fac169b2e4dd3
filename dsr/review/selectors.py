"""Reads about reviews: the queue, the text of a document, searching, the log of redactions."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet

from dsr.models import SubjectRequest
from dsr.review import storing
from dsr.review.models import DocumentCheck, Mark, Review, ReviewDocument
from dsr.review.rules import Box, WordPlace, find_in_words, find_term
from dsr.review.vocabulary import Reason, ReviewState, Ruling, article_of
from privacy.kernel.canonical import digest

SHOWN_AROUND = 60
MOST_HITS = 200
SAMPLED = 10  # of the documents that are released whole, one in so many is looked at by the second person
LEAST_SAMPLE = 3


class Content:
    """What stands in a document: its text, or its words page by page. Read once, when it is asked for."""

    def __init__(self, document: ReviewDocument) -> None:
        self.document = document

    @cached_property
    def text(self) -> str:
        if self.document.is_text:
            return storing.whole(self.document.file, self.document.file_key).decode()
        return "\n\n".join(" ".join(word for _, word, _ in page) for page in self._by_page)

    @cached_property
    def _by_page(self) -> list[list[WordPlace]]:
        if self.document.is_text or not self.document.words:
            return []
        lines = storing.whole(self.document.words, self.document.words_key).splitlines()
        return [
            [(number, word, (left, top, right, low)) for word, left, top, right, low in json.loads(line)]
            for number, line in enumerate(lines)
        ]

    def words(self, page: int) -> list[WordPlace]:
        """The words of one page; none where there is no such page."""
        return self._by_page[page] if page < len(self._by_page) else []

    def find(self, term: str) -> list[tuple[int, Box]]:
        """Page and place of a term: of a text its first and last character stand left and right."""
        if self.document.is_text:
            return [(0, (start, 0, end, 0)) for start, end in find_term(self.text, term)]
        return list(find_in_words([word for page in self._by_page for word in page], term))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is."""

    done: int
    total: int
    waiting: int  # decided, but what leaves is still being made


def progress(documents: list[ReviewDocument]) -> Progress:
    """Of these documents."""
    done = [each for each in documents if each.ruling != Ruling.TODO]
    return Progress(len(done), len(documents), sum(not each.is_ready for each in done))


def queue(review: Review) -> list[ReviewDocument]:
    """Every document in its order, with the number of its marks as `hidden`."""
    return list(queue_rows(review))


def queue_rows(review: Review) -> "QuerySet[ReviewDocument]":
    """The same as rows that can be asked together with others of the review."""
    rows = ReviewDocument.objects.filter(review=review).defer("file_key", "words_key", "result_key")
    return rows.annotate(hidden=Count("marks")).order_by("number")


def review_of(case_id: uuid.UUID) -> Review | None:
    """The review of a case, where there is one."""
    return Review.objects.filter(subject_request_id=case_id).first()


def review_open(case_id: uuid.UUID) -> bool:
    """Whether the documents of a case still wait for a second person. A review without documents waits for nobody."""
    return ReviewDocument.objects.filter(review__subject_request_id=case_id, review__state=ReviewState.OPEN).exists()


def search(review: Review, term: str) -> list[tuple[ReviewDocument, str]]:
    """Documents in which a term stands, with the words around each place; at most 200 places."""
    hits: list[tuple[ReviewDocument, str]] = []
    for document in review.documents.order_by("number").iterator(chunk_size=50):
        text = Content(document).text
        for start, end in find_term(text, term):
            hits.append((document, text[max(0, start - SHOWN_AROUND) : end + SHOWN_AROUND]))
            if len(hits) >= MOST_HITS:
                return hits
    return hits


def must_be_checked(documents: list[ReviewDocument]) -> list[ReviewDocument]:
    """What the second person looks at: all that is redacted or withheld, and of the rest one in ten, three at least.

    Which ones follows from their content, so that nobody chooses them.
    """
    grave = [each for each in documents if each.ruling in {Ruling.REDACT, Ruling.WITHHOLD}]
    whole = sorted(
        (each for each in documents if each.ruling == Ruling.RELEASE), key=lambda each: digest([each.content])
    )
    count = min(len(whole), max(LEAST_SAMPLE, -(-len(whole) // SAMPLED)))
    return sorted([*grave, *whole[:count]], key=lambda each: each.number)


def checked_by(review: Review, user: uuid.UUID) -> set[tuple[uuid.UUID, int]]:
    """Document and revision of everything that this person looked at as the second one."""
    rows = DocumentCheck.objects.filter(document__review=review, checked_by=user)
    return set(rows.values_list("document_id", "revision"))


def first_people(review: Review) -> set[uuid.UUID | None]:
    """Who decided or marked anything: none of them can be the second."""
    rulers = review.documents.exclude(ruled_by=None).values_list("ruled_by", flat=True)
    return {*rulers, *markers_of(review)}


def markers_of(review: Review) -> Any:
    """Who marked anything."""
    rows = Mark.objects.filter(document__review=review).exclude(made_by=None)
    return rows.order_by().values_list("made_by", flat=True).distinct()


def review_digest(review: Review) -> str:
    """A hash over every document, what is decided about it, and every mark."""
    marks: dict[uuid.UUID, str] = {}
    rows = Mark.objects.filter(document__review=review).order_by("page", "left", "top", "right", "low")
    for document, *place in rows.values_list("document_id", "page", "left", "top", "right", "low", "reason"):
        marks[document] = f"{marks.get(document, '')}{place};"
    columns = ("pk", "content", "ruling", "reason", "revision", "result_digest")
    documents = review.documents.order_by("number").values_list(*columns)
    return digest([value for pk, *rest in documents for value in (pk, *rest, marks.get(pk, ""))])


def redaction_log(case_id: uuid.UUID) -> Iterator[dict[str, Any]]:
    """Every place that was hidden and every document that was withheld: where, why, who and when. No content."""
    case = SubjectRequest.objects.filter(pk=case_id).only("regime").first()
    regime = case.regime if case else ""
    for document in ReviewDocument.objects.filter(review__subject_request_id=case_id).order_by("number"):
        line: dict[str, Any] = {
            "document": document.number,
            "kind": document.kind,
            "copies": document.copies,
            "decision": document.ruling,
            "sha256": document.result_digest if document.leaves else "",
        }
        by = {"by": str(document.ruled_by or ""), "at": document.ruled_at.isoformat() if document.ruled_at else ""}
        if document.ruling != Ruling.REDACT:
            yield {**line, "place": "", **_why(document.reason, regime), **by}
        for mark in document.marks.order_by("page", "top", "left") if document.ruling == Ruling.REDACT else []:
            yield {
                **line,
                "place": place_of(document, mark),
                **_why(mark.reason, regime),
                "by": str(mark.made_by or ""),
                "at": mark.made_at.isoformat(),
            }


def place_of(document: ReviewDocument, mark: Mark) -> str:
    """Where a mark stands, in words of numbers."""
    if document.is_text:
        return f"characters {mark.left} to {mark.right}"
    sides = ", ".join(f"{side / 100:.2f}" for side in (mark.left, mark.top, mark.right, mark.low))
    return f"page {mark.page + 1}, {sides} % of its sides"


def _why(reason: str, regime: str) -> dict[str, str]:
    if not reason:
        return {"reason": "", "article": ""}
    return {"reason": Reason(reason).label, "article": article_of(reason, regime)}

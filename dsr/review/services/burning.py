"""Make what leaves of a document: its text with blocks, or its pages painted over and put together anew.

A job for each revision. Killed, it is run again and leaves no half file; overtaken by a newer revision, its work is
thrown away.
"""

from collections.abc import Iterator

from django.db import transaction

from dsr.review import storing
from dsr.review.models import Mark, ReviewDocument
from dsr.review.rules import mask
from dsr.review.vocabulary import Reason, Ruling
from privacy.jobs.claiming import Claim
from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import paint_pages, write_pdf
from privacy.policy.board import is_on

BURN = "review.burn"


def burn(claim: Claim) -> dict[str, int | str]:
    """The job. A document that cannot be shown is noted as such: it can only be withheld."""
    revision = int(claim.payload["revision"])
    rows = ReviewDocument.objects.filter(pk=claim.payload["document"], revision=revision)
    document = rows.first()
    if document is None or not document.leaves or document.is_ready:
        return _finish(claim, {"answer": "overtaken"})
    try:
        result = storing.put(parts_of(document))
    except InvalidInput:
        rows.update(fault="cannot_be_shown")
        return _finish(claim, {"answer": "cannot be shown"})
    old = ""
    is_kept = False
    try:
        with transaction.atomic():
            claim.hold()
            found = rows.select_for_update().first()
            if found is not None and found.leaves:
                old = found.result
                found.result, found.result_key = result.file, result.key
                found.result_digest, found.result_size, found.result_revision = result.digest, result.size, revision
                found.fault = ""
                found.save()
                is_kept = True
            claim.finish({"answer": "made" if is_kept else "overtaken"})
    finally:
        storing.remove(old if is_kept and claim.is_finished else result.file)
    return {"answer": "made" if is_kept else "overtaken"}


def parts_of(document: ReviewDocument) -> Iterator[bytes]:
    """The bytes that leave. InvalidInput where the document cannot be shown."""
    marks = list(document.marks.all()) if document.ruling == Ruling.REDACT and is_on("review.burned_in") else []
    original = storing.whole(document.file, document.file_key)
    if document.is_text:
        yield masked(original.decode(), marks).encode()
        return
    by_page: dict[int, list[tuple[int, int, int, int]]] = {}
    for each in marks:
        by_page.setdefault(each.page, []).append((each.left, each.top, each.right, each.low))
    yield from write_pdf(paint_pages(original, by_page))


def masked(text: str, marks: list[Mark]) -> str:
    """A text with the marked places hidden, each with the reason."""
    return mask(text, [(each.left, each.right, Reason(each.reason).label.lower()) for each in marks])


def _finish(claim: Claim, result: dict[str, int | str]) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        claim.finish(result)
    return result

"""Mark places in a document and decide about it. Who works on an older revision loses, and is told."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F

from dsr.review.audit_events import MARKED, RULED
from dsr.review.models import Mark, Review, ReviewDocument
from dsr.review.rules import speakers
from dsr.review.selectors import Content
from dsr.review.services.burning import BURN
from dsr.review.services.noting import note
from dsr.review.vocabulary import Origin, Reason, ReviewState, Ruling
from dsr.services.moving import note_history
from privacy.jobs.services import enqueue
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.rendering.reading import SCALE

MOST_MARKS = 5000
STALE = "Somebody else changed this document, or the review is approved. Load the page again."

Place = tuple[int, int, int, int, int]  # page, left, top, right, low


def places_of_terms(content: Content, terms: Iterable[str]) -> list[Place]:
    """Every place at which one of these terms stands."""
    found = (each for term in terms for each in content.find(term))
    return list(dict.fromkeys((page, left, top, right, low) for page, (left, top, right, low) in found))


def places_of_speaker(content: Content, name: str) -> list[Place]:
    """All that somebody says in a transcript, and their name."""
    said = [span for each in speakers(content.text) if each.name == name for span in each.messages]
    return [(0, left, 0, right, 0) for left, right in said]


def mark(
    *,
    document: ReviewDocument,
    revision: int,
    places: Sequence[Place],
    reason: str,
    origin: str = Origin.CHOSEN,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Mark places to be hidden; how many are new. What was decided about the document is to be decided again.

    Raises InvalidInput naming the field, StaleState where somebody was faster.
    """
    if reason not in Reason.values:
        raise InvalidInput("Say why: choose a reason.", field="reason")
    if not places:
        raise InvalidInput("Nothing was found to mark. Look at how the word is written in the document.", field="terms")
    _check(document, places)
    with transaction.atomic():
        _step(document, revision)
        known = set(document.marks.values_list("page", "left", "top", "right", "low"))
        fresh = [place for place in dict.fromkeys(places) if place not in known]
        if len(known) + len(fresh) > MOST_MARKS:
            raise InvalidInput("A document has at most 5,000 marks. Withhold it, or hide whole pages.", field="terms")
        Mark.objects.bulk_create(
            Mark(
                document=document,
                page=page,
                left=left,
                top=top,
                right=right,
                low=low,
                reason=reason,
                origin=origin,
                made_at=now,
                made_by=actor.id,
            )
            for page, left, top, right, low in fresh
        )
        _note_marks(document, revision, len(fresh), 0, actor, now)
    return len(fresh)


@transaction.atomic
def unmark(*, document: ReviewDocument, revision: int, marks: Sequence[object], actor: Actor, now: dt.datetime) -> int:
    """Take marks away again; how many. StaleState where somebody was faster."""
    _step(document, revision)
    removed, _ = document.marks.filter(pk__in=list(marks)).delete()
    _note_marks(document, revision, 0, removed, actor, now)
    return removed


@transaction.atomic
def rule(
    *, document: ReviewDocument, revision: int, ruling: str, reason: str = "", actor: Actor, now: dt.datetime
) -> None:
    """Decide about a document; what leaves of it is made by a job.

    Raises InvalidInput naming the field, StaleState where somebody was faster.
    """
    if ruling not in Ruling.values:
        raise InvalidInput("Choose what becomes of the document.", field="ruling")
    kept_reason = reason if ruling == Ruling.WITHHOLD else ""
    _step(document, revision, ruling=ruling, reason=kept_reason, ruled_at=now, ruled_by=actor.id)
    count = document.marks.count()
    if ruling == Ruling.REDACT and not count:
        raise InvalidInput(
            "Nothing is marked. Mark what is to be hidden, or release the document whole.", field="ruling"
        )
    if ruling == Ruling.RELEASE and count:
        raise InvalidInput("There are marks. Release it redacted, or take the marks away first.", field="ruling")
    if ruling == Ruling.WITHHOLD and reason not in Reason.values:
        raise InvalidInput("Say why nothing of it is released: choose a reason.", field="reason")
    new = revision + 1
    review = document.review
    details: dict[str, str | int | bool] = {
        "number": document.number,
        "ruling": str(ruling),
        "reason": kept_reason,
        "marks": count,
        "revision": new,
    }
    note(RULED, review=review, actor=actor, now=now, **details)
    detail = f"{document.number}:{ruling}"
    note_history(subject_request=review.subject_request, kind="document_ruled", actor=actor, now=now, detail=detail)
    if ruling in {Ruling.RELEASE, Ruling.REDACT}:
        payload: dict[str, str | int] = {"document": str(document.pk), "revision": new}
        enqueue(BURN, idem_key=f"{BURN}:{document.pk}:{new}", payload=payload, now=now, is_demo=document.is_demo)


def _step(document: ReviewDocument, revision: int, **changes: object) -> None:
    """One revision on, unless somebody was faster. The review is held, so that nobody approves it meanwhile."""
    if not Review.objects.select_for_update().filter(pk=document.review_id, state=ReviewState.OPEN).exists():
        raise StaleState(STALE)
    fresh = {"ruling": Ruling.TODO, "reason": "", "ruled_at": None, "ruled_by": None, "fault": "", **changes}
    rows = ReviewDocument.objects.filter(pk=document.pk, revision=revision)
    if rows.update(revision=F("revision") + 1, **fresh) != 1:
        raise StaleState(STALE)


def _check(document: ReviewDocument, places: Sequence[Place]) -> None:
    for page, left, top, right, low in places:
        if document.is_text:
            is_fit = page == 0 and 0 <= left < right
        else:
            is_fit = 0 <= page < document.pages and 0 <= left < right <= SCALE and 0 <= top < low <= SCALE
        if not is_fit:
            text = "This place is not in the document. Give its sides from 0 to 100 percent, the smaller first."
            raise InvalidInput(text, field="box")


def _note_marks(  # noqa: PLR0917 - what the event says
    document: ReviewDocument, revision: int, added: int, removed: int, actor: Actor, now: dt.datetime
) -> None:
    counts = {"number": document.number, "added": added, "removed": removed, "revision": revision + 1}
    note(MARKED, review=document.review, actor=actor, now=now, **counts)

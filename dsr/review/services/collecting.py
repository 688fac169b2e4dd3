"""Open a review and put documents into it: by hand, and by a job from everything that holds some."""

import datetime as dt
import uuid
from collections import Counter

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from dsr.models import SubjectRequest
from dsr.review import storing
from dsr.review.audit_events import DOCUMENTS_ADDED, REVIEW_OPENED
from dsr.review.models import Review, ReviewDocument
from dsr.review.services.noting import note
from dsr.review.sources import Found, sources
from dsr.review.taking import TEXT, Taken, take, take_or_note, take_text
from dsr.review.vocabulary import ReviewState
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor, ActorKind
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.keyring import keyring
from privacy.kernel.virus_scan import scan

COLLECT = "review.collect"
MOST_DOCUMENTS = 2000
BY_HAND = "upload"


@transaction.atomic
def open_review(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> Review:
    """The review of a case; the one that is there already, if there is one. DomainError for a case that is answered."""
    if found := Review.objects.filter(subject_request=subject_request).first():
        return found
    if subject_request.state not in OPEN:
        raise DomainError("This request is answered. There is nothing to review for it any more.", code="not_open")
    try:
        with transaction.atomic():
            review = Review.objects.create(
                subject_request=subject_request, opened_at=now, opened_by=actor.id, is_demo=subject_request.is_demo
            )
    except IntegrityError:  # two clicks at once: both get the first
        return Review.objects.get(subject_request=subject_request)
    note(REVIEW_OPENED, review=review, actor=actor, now=now)
    note_history(subject_request=subject_request, kind="review_opened", actor=actor, now=now)
    return review


def add_file(*, review: Review, data: bytes, name: str, actor: Actor, now: dt.datetime) -> int:
    """Put a file into the review: an image, a PDF, a text, or a mail with what is attached to it.

    How many documents it became; what is there already becomes a copy of it. Raises InvalidInput(file) for what cannot
    be shown or the virus scanner stops, StaleState where the review is not open, DomainError where there is no room.
    """
    scan(data, address=settings.KEPT_CLAMD)
    taken = list(take(data, name=name))
    return add_documents(review=review, taken=taken, source=BY_HAND, actor=actor, now=now)


def add_text(*, review: Review, text: str, name: str, actor: Actor, now: dt.datetime) -> int:
    """Put a text into the review that was typed or pasted. Errors as those of `add_file`."""
    return add_documents(review=review, taken=[take_text(text, name=name)], source=BY_HAND, actor=actor, now=now)


def add_documents(*, review: Review, taken: list[Taken], source: str, actor: Actor, now: dt.datetime) -> int:
    """Keep these documents sealed, each once. How many of them are new."""
    sealed: list[str] = []
    times = Counter(content_of(each.original) for each in taken)
    try:
        with transaction.atomic():
            _lock_open(review)
            known = dict(review.documents.values_list("content", "pk"))
            number = review.documents.aggregate(last=Max("number"))["last"] or 0
            added = 0
            for each in {content_of(each.original): each for each in taken}.values():
                content = content_of(each.original)
                if content in known:
                    _count_copies(known[content], times[content], is_by_hand=source == BY_HAND)
                    continue
                if number >= MOST_DOCUMENTS:
                    raise InvalidInput("A review has at most 2,000 documents. Answer in parts.", field="file")
                number, added = number + 1, added + 1
                _keep(review, each, content, number, source, times[content], sealed, actor, now)
            if taken:
                copies = len(taken) - added
                note(DOCUMENTS_ADDED, review=review, actor=actor, now=now, source=source, added=added, copies=copies)
    except BaseException:
        storing.remove(*sealed)
        raise
    return added


def _keep(  # noqa: PLR0917 - the columns of a row
    review: Review,
    taken: Taken,
    content: str,
    number: int,
    source: str,
    copies: int,
    sealed: list[str],
    actor: Actor,
    now: dt.datetime,
) -> None:
    body = storing.put([taken.body])
    sealed.append(body.file)
    words = storing.put([taken.words]) if taken.words else None
    sealed += [words.file] if words else []
    ReviewDocument.objects.create(
        review=review,
        number=number,
        source=source,
        content=content,
        copies=copies,
        kind=taken.kind,
        name=taken.name[:200],
        size=body.size,
        pages=taken.pages,
        file=body.file,
        file_key=body.key,
        words=words.file if words else "",
        words_key=words.key if words else "",
        added_at=now,
        added_by=actor.id,
        is_demo=review.is_demo,
    )


def _count_copies(pk: uuid.UUID, times: int, *, is_by_hand: bool) -> None:
    """By hand each is one more; a source that is asked again finds the same ones."""
    rows = ReviewDocument.objects.filter(pk=pk)
    if is_by_hand:
        rows.update(copies=F("copies") + times)
    else:
        rows.filter(copies__lt=times).update(copies=times)


def content_of(body: bytes) -> str:
    """A keyed hash of a document, so that nobody can try out what a short one says."""
    return keyring().mac("review-content", body.decode("latin-1"))


def _lock_open(review: Review) -> None:
    """Hold the review for this transaction; StaleState unless it is open."""
    if not Review.objects.select_for_update().filter(pk=review.pk, state=ReviewState.OPEN).exists():
        raise StaleState("This review is approved. Open it again first, then add documents.")


@transaction.atomic
def ask_to_collect(*, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Have everything collected that holds documents for the case. StaleState where the review is not open."""
    _lock_open(review)
    enqueue(
        COLLECT,
        idem_key=f"{COLLECT}:{review.pk}:{now.isoformat()}",
        payload={"review": str(review.pk), "by": str(actor.id or "")},
        now=now,
        is_demo=review.is_demo,
    )


def collect(claim: Claim) -> dict[str, int | str]:
    """The job: ask every source. Killed and run again, it finds what it added and adds the rest."""
    review = Review.objects.select_related("subject_request__contact").filter(pk=claim.payload["review"]).first()
    if review is None or review.state != ReviewState.OPEN:
        return _finish(claim, {"answer": "not open"})
    by = str(claim.payload.get("by") or "")
    actor = Actor(ActorKind.STAFF, uuid.UUID(by), via="job") if by else SYSTEM
    added = 0
    for code, find in sources().items():
        taken: list[Taken] = []
        for found in find(review.subject_request):
            taken += [as_it_is(found)] if found.is_text else take_or_note(found.data, name=found.name)
        try:
            added += add_documents(review=review, taken=taken, source=code, actor=actor, now=claim.now)
        except StaleState:
            return _finish(claim, {"answer": "not open"})
    return _finish(claim, {"added": added})


def as_it_is(found: Found) -> Taken:
    """A text of a record, sign by sign: only so is it found again in the package."""
    return Taken(found.name, TEXT, found.data)


def _finish(claim: Claim, result: dict[str, int | str]) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        claim.finish(result)
    return result

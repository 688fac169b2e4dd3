"""The second person: looks at what leaves, and approves the review as it stands, or nothing."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from dsr.review.audit_events import APPROVED, CHECKED, REOPENED
from dsr.review.models import DocumentCheck, Mark, Review, ReviewDocument
from dsr.review.selectors import checked_by, first_people, must_be_checked, queue, review_digest
from dsr.review.services.noting import note
from dsr.review.vocabulary import ReviewState, Ruling
from dsr.services.moving import note_history
from dsr.services.second_person import ONE_PAIR, Approver, approver_of, others_than
from dsr.states import OPEN
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState

RIGHT = "review.review_documents"


@transaction.atomic
def check_document(*, document: ReviewDocument, revision: int, actor: Actor, now: dt.datetime) -> None:
    """Note that a second person looked at what leaves of a document.

    NotAllowed for who decided or marked anything in this review (where nobody else may: a day after the document was
    decided about they may, too), StaleState where it has changed or is not made yet.
    """
    found = ReviewDocument.objects.select_related("review").filter(pk=document.pk, revision=revision).first()
    if found is None or found.ruling == Ruling.TODO or not found.is_ready:
        raise StaleState("This document has changed, or what leaves of it is still being made. Load the page again.")
    second = _second_of(found.review, actor, decided_at=found.ruled_at or now, now=now).user.pk
    try:
        with transaction.atomic():
            DocumentCheck.objects.create(document=found, revision=revision, checked_by=second, checked_at=now)
    except IntegrityError:  # pressed twice
        return
    note(CHECKED, review=found.review, actor=actor, now=now, number=found.number, revision=revision)


@transaction.atomic
def approve_review(*, review: Review, digest: str, actor: Actor, now: dt.datetime) -> None:
    """Approve exactly what was read; `digest` is that of the page.

    Raises NotAllowed for the first person (where nobody else may: a day after the last decision they may, too),
    DomainError where something is open or was not looked at, StaleState where the review is another one by now.
    """
    row = Review.objects.select_for_update().select_related("subject_request").get(pk=review.pk)
    if row.state != ReviewState.OPEN or digest != review_digest(row):
        raise StaleState("This is not the review that you read: something has changed. Load the page again.")
    documents = queue(row)
    decided_at = max((each.ruled_at for each in documents if each.ruled_at), default=now)
    approver = _second_of(row, actor, decided_at=decided_at, now=now)
    if missing := what_is_missing(row, documents, approver.user.pk):
        raise DomainError(missing, code="not_ready")
    Review.objects.filter(pk=row.pk).update(
        state=ReviewState.APPROVED,
        approved_at=now,
        approved_by=actor.id,
        digest=digest,
        is_one_pair=approver.is_one_pair,
    )
    counts = {
        "documents": len(documents),
        "redacted": sum(each.ruling == Ruling.REDACT for each in documents),
        "withheld": sum(each.ruling == Ruling.WITHHOLD for each in documents),
        "marks": Mark.objects.filter(document__review=row, document__ruling=Ruling.REDACT).count(),
    }
    note(APPROVED, review=row, actor=actor, now=now, digest=digest, one_pair=approver.is_one_pair, **counts)
    note_history(subject_request=row.subject_request, kind="review_approved", actor=actor, now=now, detail=digest)
    if approver.is_one_pair:
        note_history(subject_request=row.subject_request, kind=ONE_PAIR, actor=actor, now=now, detail="review")


def what_is_missing(review: Review, documents: list[ReviewDocument], user: uuid.UUID) -> str:
    """Why this person cannot approve yet, as a sentence; nothing where they can."""
    if undecided := [each.number for each in documents if each.ruling == Ruling.TODO]:
        return f"Decide about every document first: {_listed(undecided)}."
    if faulty := [each.number for each in documents if each.fault]:
        return f"These documents cannot be shown and so not be released. Withhold them: {_listed(faulty)}."
    if waiting := [each.number for each in documents if not each.is_ready]:
        return (
            f"What leaves is still being made of these documents: {_listed(waiting)}. Load the page again in a moment."
        )
    seen = checked_by(review, user)
    if unseen := [each.number for each in must_be_checked(documents) if (each.pk, each.revision) not in seen]:
        return f"Look at these documents first and note it on their pages: {_listed(unseen)}."
    return ""


@transaction.atomic
def reopen_review(*, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Open an approved review again, as long as the request is not answered. What is unchanged stays decided.

    StaleState where it is not approved, DomainError where the answer has left.
    """
    row = Review.objects.select_for_update().select_related("subject_request").get(pk=review.pk)
    if row.subject_request.state not in OPEN:
        raise DomainError("The answer has left. Its review stands as it is.", code="not_open")
    if row.state != ReviewState.APPROVED:
        raise StaleState("This review is not approved. Load the page again.")
    Review.objects.filter(pk=row.pk).update(
        state=ReviewState.OPEN, approved_at=None, approved_by=None, digest="", is_one_pair=False
    )
    note(REOPENED, review=row, actor=actor, now=now)
    note_history(subject_request=row.subject_request, kind="review_reopened", actor=actor, now=now)


def is_alone(user: uuid.UUID, firsts: set[uuid.UUID | None]) -> bool:
    """Whether somebody who decided or marked here has to look a second time, since nobody else may."""
    return user in firsts and not others_than(firsts, right=RIGHT)


def _second_of(review: Review, actor: Actor, *, decided_at: dt.datetime, now: dt.datetime) -> Approver:
    """The second person, or the only one a day after the decision; NotAllowed for anybody else."""
    return approver_of(
        actor,
        had_part=first_people(review),
        prepared_at=decided_at,
        now=now,
        right=RIGHT,
        switch="review.second_person",
    )


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return f"{shown} and {len(numbers) - 10} more" if len(numbers) > 10 else shown  # noqa: PLR2004 - as many as a line holds

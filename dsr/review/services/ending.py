"""When nobody can complain any more, the originals are destroyed: first their keys, then their files."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from dsr.review import storing
from dsr.review.audit_events import ORIGINALS_DESTROYED
from dsr.review.models import Review, ReviewDocument
from dsr.review.services.noting import note
from dsr.review.vocabulary import ReviewState
from dsr.services.moving import ENDED, note_history
from privacy.kernel.actors import SYSTEM
from privacy.kernel.canonical import digest

AT_ONCE = 200
FILES = ("file", "words", "result")


def end_reviews(*, now: dt.datetime) -> dict[str, int | str]:
    """The daily job: destroy what is over, then remove files that no row claims."""
    limit = now - dt.timedelta(days=settings.KEPT_REVIEW_DAYS)
    over = Review.objects.exclude(state=ReviewState.ENDED).filter(
        subject_request__state__in=ENDED, subject_request__closed_at__lte=limit
    )
    ended = sum(_end(pk, limit, now) for pk in list(over.values_list("pk", flat=True)[:AT_ONCE]))
    wanted = {name for names in ReviewDocument.objects.values_list(*FILES).iterator() for name in names if name}
    return {"ended": ended, "files": storing.sweep(wanted=wanted, now=now)}


@transaction.atomic
def _end(pk: uuid.UUID, limit: dt.datetime, now: dt.datetime) -> int:
    """One review. Asked again under its lock: the case may have been opened again meanwhile."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("subject_request")
    review = rows.filter(pk=pk, subject_request__state__in=ENDED, subject_request__closed_at__lte=limit).first()
    if review is None or review.state == ReviewState.ENDED:
        return 0
    documents = list(review.documents.order_by("number"))
    names = [getattr(each, field) for each in documents for field in FILES]
    receipt = digest(value for each in documents for value in (each.number, each.content, each.ruling, each.size))
    for each in documents:
        each.file = each.file_key = each.words = each.words_key = each.result = each.result_key = each.name = ""
        each.save()
    Review.objects.filter(pk=pk).update(state=ReviewState.ENDED, ended_at=now)
    counts: dict[str, str | int | bool] = {
        "documents": len(documents),
        "bytes": sum(each.size for each in documents),
        "digest": receipt,
    }
    note(ORIGINALS_DESTROYED, review=review, actor=SYSTEM, now=now, **counts)
    note_history(
        subject_request=review.subject_request, kind="originals_destroyed", actor=SYSTEM, now=now, detail=receipt
    )
    transaction.on_commit(lambda: storing.remove(*names))
    return 1

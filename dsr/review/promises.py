"""The promise that the privacy of others holds in our answers (S73)."""

from django.db.models import F, Q

from dsr.models import SubjectRequest
from dsr.review.models import Review, ReviewDocument
from dsr.review.vocabulary import ReviewState, Ruling
from dsr.services.releasing import is_gate
from dsr.states import State
from privacy.policy.board import ControlAnswer, control, green, red


def check_released() -> ControlAnswer:
    """No request was answered while its documents waited for a second person."""
    from dsr.review.packaging import stop_unreviewed  # noqa: PLC0415 - the gate asks the board

    if not is_gate(stop_unreviewed):
        return red("The gate that holds back unreviewed packages is missing.")
    closed = SubjectRequest.objects.filter(state=State.CLOSED, is_demo=False)
    open_ones = ReviewDocument.objects.filter(review__state=ReviewState.OPEN).values("review__subject_request_id")
    if wrong := closed.filter(pk__in=open_ones).exclude(items__outcome="refused").count():
        return red(f"{wrong} requests were answered before their documents were reviewed.")
    done = Review.objects.exclude(approved_at=None).filter(is_demo=False).count()
    return green(f"{done} reviews of documents approved; nothing leaves before.")


def check_second() -> ControlAnswer:
    """Nobody approved what they had decided themselves, but where nobody else could, and it is marked."""
    reviews = Review.objects.exclude(approved_by=None).filter(is_demo=False)
    own = reviews.filter(Q(documents__ruled_by=F("approved_by")) | Q(documents__marks__made_by=F("approved_by")))
    if wrong := own.filter(is_one_pair=False).distinct().count():
        return red(f"{wrong} reviews were approved by somebody who had decided in them.")
    marked = reviews.filter(is_one_pair=True).count()
    return green(f"{reviews.count()} reviews approved, each by a second person, {marked} by one pair of eyes.")


def check_burned() -> ControlAnswer:
    """Every redacted document of an approved review has a result made for its last revision."""
    rows = ReviewDocument.objects.filter(ruling=Ruling.REDACT, review__state=ReviewState.APPROVED, is_demo=False)
    if wrong := sum(not row.is_ready for row in rows.only("ruling", "revision", "result_revision").iterator()):
        return red(f"{wrong} redacted documents of approved reviews were not made as decided.")
    return green(f"{rows.count()} redacted documents, each made anew without what is hidden.")


control(73, code="review.before_release", label="Reviewed before anything leaves", check=check_released)
control(73, code="review.second_person", label="Approved by a second person", check=check_second)
control(73, code="review.burned_in", label="Redactions burned in", check=check_burned)

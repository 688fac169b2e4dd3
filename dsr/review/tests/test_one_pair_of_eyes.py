"""Where only one person may review, they look again a day later, and everybody can see that one pair of eyes did."""

import datetime as dt
import json
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from dsr.decisions.vocabulary import ALONE_AFTER
from dsr.models import HistoryRow, SubjectRequest
from dsr.reports.reading import beside
from dsr.review.models import DocumentCheck, Review, ReviewDocument
from dsr.review.promises import check_second
from dsr.review.selectors import must_be_checked, queue, review_digest
from dsr.review.services import approving
from dsr.review.tests.conftest import CHAT, add, hide, rule, who
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.errors import NotAllowed
from privacy.policy.board import ControlState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def look_again(review: Review, user: User, *, now: dt.datetime) -> None:
    for document in must_be_checked(queue(review)):
        approving.check_document(document=document, revision=document.revision, actor=who(user), now=now)
    approving.approve_review(review=review, digest=review_digest(review), actor=who(user), now=now)
    review.refresh_from_db()


def test_where_nobody_else_may_the_same_looks_again_a_day_later_and_it_is_marked(
    case: SubjectRequest, review: Review, lena: User
) -> None:
    document = rule(hide(add(review, lena, CHAT), lena, "Bob Builder"), lena, "redact")
    decided_at = document.ruled_at
    assert decided_at is not None
    for early in (decided_at, decided_at + ALONE_AFTER - dt.timedelta(seconds=1), decided_at - dt.timedelta(days=2)):
        with pytest.raises(NotAllowed, match="after a day"):
            look_again(review, lena, now=early)
    look_again(review, lena, now=decided_at + ALONE_AFTER)
    assert review.state == "approved" and review.is_one_pair
    history = HistoryRow.objects.filter(subject_request_id=case.pk)
    assert history.filter(kind="one_pair_of_eyes", detail="review").exists()
    assert json.loads(AuditEvent.objects.get(type="review.approved").payload)["one_pair"] is True
    assert "1 by one pair of eyes" in check_second().evidence
    assert beside(decided_at.year, {"one_pair_of_eyes"})[1] == {"one_pair_of_eyes": 1}
    Review.objects.update(is_one_pair=False)
    assert check_second().state is ControlState.RED
    approving.reopen_review(review=review, actor=who(lena), now=decided_at + ALONE_AFTER)
    review.refresh_from_db()
    assert not review.is_one_pair


def test_a_second_reviewer_who_comes_in_time_ends_the_exception(review: Review, lena: User, request: Any) -> None:
    document = rule(add(review, lena, CHAT), lena, "release")
    assert document.ruled_at is not None
    nora: User = request.getfixturevalue("nora")
    later = document.ruled_at + ALONE_AFTER
    with pytest.raises(NotAllowed, match="second person"):
        look_again(review, lena, now=later)
    User.objects.filter(pk=nora.pk).update(is_active=False)
    look_again(review, lena, now=later)
    assert review.is_one_pair


def test_every_new_decision_starts_the_day_anew(review: Review, lena: User) -> None:
    document = rule(add(review, lena, CHAT), lena, "release")
    assert document.ruled_at is not None
    ReviewDocument.objects.update(ruled_at=document.ruled_at - 2 * ALONE_AFTER)
    second = rule(add(review, lena, "Alice once more", "two.txt"), lena, "release")  # today
    assert second.ruled_at is not None
    for one in (document, second):
        DocumentCheck.objects.create(document=one, revision=one.revision, checked_by=lena.pk)
    act = partial(approving.approve_review, review=review, digest=review_digest(review), actor=who(lena))
    with pytest.raises(NotAllowed, match="after a day"):
        act(now=clock.now())
    act(now=second.ruled_at + ALONE_AFTER)


def test_who_may_not_review_is_no_second_person_either(review: Review, lena: User, nora: User, mallory: User) -> None:
    rule(add(review, lena, CHAT), lena, "release")
    with pytest.raises(NotAllowed):
        look_again(review, mallory, now=clock.now())


def test_the_pages_say_what_the_only_reviewer_does(review: Review, lena: User, request: Any) -> None:
    document = rule(add(review, lena, CHAT), lena, "release")
    client = signed_in(lena)
    address = f"/console/review/review/{review.pk}/change/"
    assert "nobody else may look at it" in client.get(address).content.decode()
    page = f"/console/review/review/document/{document.pk}/?view=result"
    assert "hecked what leaves" in client.get(page).content.decode()
    request.getfixturevalue("nora")
    shown = client.get(address).content.decode()
    assert "so somebody else looks at it" in shown and "nobody else may look at it" not in shown

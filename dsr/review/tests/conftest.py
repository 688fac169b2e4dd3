"""A case of alice that asks for access, and documents of all kinds in which bob speaks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from dsr.models import RequestItem, SubjectRequest
from dsr.review.models import Review, ReviewDocument
from dsr.review.selectors import must_be_checked, queue, review_digest
from dsr.review.services import approving, collecting, deciding
from dsr.states import Right
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.testing.cast import make_user
from privacy.testing.factories import CaseFactory

CHAT = """[10:01] Alice: Hello, this is Alice, alice@example.com
[10:02] Bob Builder: My number is +49 30 1234 5678, call me.
[10:03] Alice: I will call Bob Builder tomorrow.
[10:04] Bob Builder: My heart disease is nobody's business.
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Path:
    settings.KEPT_FILES = tmp_path / "files"
    return tmp_path / "files" / "review"


@pytest.fixture
def lena(db: None) -> User:
    return make_user("lena@kept.example", "work_subject_request", "review_documents", is_staff=True)


@pytest.fixture
def nora(db: None) -> User:
    return make_user("nora@kept.example", "work_subject_request", "review_documents", is_staff=True)


@pytest.fixture
def case(alice: User) -> SubjectRequest:
    """Alice asks for access; the law is the GDPR."""
    contact = {"name": "Alice Archer", "email": "alice@example.com"}
    made = CaseFactory.create(subject=alice.subject, contact=contact, regime="EU-GDPR")
    RequestItem.objects.filter(subject_request=made).update(right=Right.ACCESS)
    return made


@pytest.fixture
def review(case: SubjectRequest, lena: User) -> Review:
    return collecting.open_review(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())


def who(user: User) -> Actor:
    return Actor.staff(user.pk, via="console")


def add(review: Review, user: User, data: bytes | str, name: str = "chat.txt") -> ReviewDocument:
    """Put a document into the review."""
    data = data.encode() if isinstance(data, str) else data
    collecting.add_file(review=review, data=data, name=name, actor=who(user), now=clock.now())
    return review.documents.order_by("-number")[0]


def hide(document: ReviewDocument, user: User, *terms: str, reason: str = "third_party") -> ReviewDocument:
    """Mark every place of these terms."""
    from dsr.review.selectors import Content

    places = deciding.places_of_terms(Content(document), terms)
    deciding.mark(
        document=document, revision=document.revision, places=places, reason=reason, actor=who(user), now=clock.now()
    )
    document.refresh_from_db()
    return document


def rule(document: ReviewDocument, user: User, ruling: str, reason: str = "") -> ReviewDocument:
    """Decide, and let the job make what leaves."""
    deciding.rule(
        document=document, revision=document.revision, ruling=ruling, reason=reason, actor=who(user), now=clock.now()
    )
    run_until_empty()
    document.refresh_from_db()
    return document


def approve(review: Review, user: User) -> None:
    """Look at what has to be looked at, and approve."""
    for document in must_be_checked(queue(review)):
        approving.check_document(document=document, revision=document.revision, actor=who(user), now=clock.now())
    approving.approve_review(review=review, digest=review_digest(review), actor=who(user), now=clock.now())
    review.refresh_from_db()


MakeDocument = Callable[..., ReviewDocument]

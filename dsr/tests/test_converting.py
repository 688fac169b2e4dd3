"""A question becomes a request and keeps its day (promise S101)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.models import Clock, HistoryRow, Letter, RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering
from dsr.services.converting import convert_question
from dsr.states import Right, State
from dsr.tests.conftest import Shop, approve_open
from dsr.tests.starting import start_clocks
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."


@pytest.fixture
def question(make_case: MakeCase) -> RequestItem:
    """A question of alice that came twelve days ago."""
    case = make_case(received_at=clock.now() - dt.timedelta(days=12))
    case.items.all().delete()
    item = RequestItem.objects.create(subject_request=case, right=Right.QUESTION)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=clock.now())
    return item


@pytest.mark.promise(101)
def test_the_rights_count_from_the_day_the_question_came(question: RequestItem, shop: Shop, lena: User) -> None:
    case = question.subject_request
    due_on = Clock.objects.get(item=question, kind="respond").due_on
    page = f"/console/dsr/subjectrequest/answer/{question.pk}/"
    client = signed_in(lena)
    assert "Or is it a request?" in client.get(page).content.decode()
    client.post(f"{page}convert/", {"rights": ["objection", "restriction"]})
    rights = {item.right: item for item in case.items.all()}
    assert set(rights) == {"question", "objection", "restriction"} and rights["question"].outcome == "converted"
    assert [Clock.objects.get(item=rights[name], kind="respond").due_on for name in ("objection", "restriction")] == [
        due_on,
        due_on,
    ]
    for right in ("objection", "restriction"):
        answering.answer_item(
            item=rights[right],
            decision=Decision("refused", words=WORDS, ground="unfounded"),
            actor=Actor.staff(lena.pk),
            now=clock.now(),
        )
    approve_open(case)
    answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    case.refresh_from_db()
    assert case.state == State.REFUSED and "Your question is answered by" in Letter.objects.get().text


def test_what_is_no_question_or_names_nothing_is_refused(question: RequestItem, shop: Shop, lena: User) -> None:
    act: Any = {"actor": Actor.staff(lena.pk), "now": clock.now()}
    for rights in ([], ["question"], ["nonsense"]):
        with pytest.raises(InvalidInput) as refused:
            convert_question(item=question, rights=rights, **act)
        assert refused.value.field == "rights"
    [item] = convert_question(item=question, rights=["access"], **act)
    with pytest.raises(DomainError):
        convert_question(item=item, rights=["erasure"], **act)
    with pytest.raises(DomainError):
        convert_question(item=question, rights=["erasure"], **act)
    assert HistoryRow.objects.filter(kind="converted").count() == 1


def test_without_a_published_policy_nothing_is_done_alone(alice: User) -> None:
    signed_in(alice).post("/requests/new/", {"rights": ["marketing_objection"]})
    assert SubjectRequest.objects.get().state == State.RECEIVED

"""Systems that no connector changes are tasks of people; an open one keeps the case from being answered."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from dsr.models import RequestItem, SubjectRequest, SystemAnswer
from dsr.notices import tasks
from dsr.notices.answering import answer_task
from dsr.notices.models import Task
from dsr.outcomes import Decision
from dsr.services import answering
from dsr.states import State
from dsr.tests.conftest import Shop
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.personal_data.contract import Action, HandlerPlan, Person
from privacy.policy.board import switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WORDS = "We corrected it in every place where it stood."
NOTE = "Changed in the mail tool; see its log of today."
DAY = dt.timedelta(days=1)


@pytest.fixture
def closed_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """It can erase, and neither correct nor restrict."""

    def plan(person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        return HandlerPlan("shop", action, not_offered="no")

    monkeypatch.setattr(shop, "plan", plan)
    return shop


@pytest.fixture
def case(make_case: MakeCase) -> SubjectRequest:
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    found = make_case(due_on=today + 20 * DAY, safe_on=today + 18 * DAY)
    found.items.all().delete()
    RequestItem.objects.create(subject_request=found, right="rectification")
    return found


def answer(task: Task, user: User, **more: str) -> None:
    values: dict[str, Any] = {"answer": "done", "note": NOTE, **more}
    answer_task(task=task, actor=Actor.staff(user.pk), now=clock.now(), **values)


@pytest.mark.promise(75)
def test_a_system_that_cannot_correct_is_a_task_and_its_answer_stands_in_the_case(
    case: SubjectRequest, closed_shop: Shop, lena: User
) -> None:
    assert tasks.tend_tasks(now=clock.now())["opened"] == 1
    assert tasks.tend_tasks(now=clock.now())["opened"] == 0
    task = Task.objects.get()
    assert (task.kind, task.about, task.is_blocking) == ("rectify", "shop", True)
    assert case.safe_on and task.due_on == case.safe_on - 5 * DAY
    item = RequestItem.objects.get()
    with pytest.raises(InvalidInput, match="silence is no answer"):
        answering.answer_item(
            item=item, decision=Decision("fulfilled", words=WORDS), actor=Actor.staff(lena.pk), now=clock.now()
        )
    with pytest.raises(InvalidInput):
        answer(task, lena, note="done")
    answer(task, lena)
    with pytest.raises(StaleState):
        answer(task, lena)
    answering.answer_item(
        item=item, decision=Decision("fulfilled", words=WORDS), actor=Actor.staff(lena.pk), now=clock.now()
    )
    assert SystemAnswer.objects.get().answer == "done"


@pytest.mark.promise(75)
def test_an_open_task_keeps_the_case_open(case: SubjectRequest, closed_shop: Shop, lena: User) -> None:
    tasks.tend_tasks(now=clock.now())
    decision = Decision("fulfilled", words=WORDS, systems={"shop": "done"})
    answering.answer_item(
        item=RequestItem.objects.get(), decision=decision, actor=Actor.staff(lena.pk), now=clock.now()
    )
    with pytest.raises(DomainError, match="A task of this case is open: Shop"):
        answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    with switched_off("dsr.tasks_keep_open"):
        assert tasks.require_answered(case, clock.now()) is None  # type: ignore[func-returns-value]  # it would raise
    answer(Task.objects.get(), lena)
    case.refresh_from_db()
    answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert case.state == State.CLOSED


def test_reminded_once_soon_and_once_late(case: SubjectRequest, closed_shop: Shop, lena: User, omar: User) -> None:
    tasks.tend_tasks(now=clock.now())
    task = Task.objects.get()
    moment = dt.datetime.combine(task.due_on, dt.time(12), dt.UTC)
    Task.objects.update(owner=lena.pk)
    assert tasks.tend_tasks(now=moment - 5 * DAY)["reminders"] == 0
    assert tasks.tend_tasks(now=moment - 2 * DAY)["reminders"] == 1
    assert tasks.tend_tasks(now=moment - DAY)["reminders"] == 0
    assert tasks.tend_tasks(now=moment + 2 * DAY)["reminders"] == 1
    answer(task, lena)
    assert tasks.tend_tasks(now=moment + 9 * DAY)["reminders"] == 0


def test_the_mail_names_nobody(case: SubjectRequest, closed_shop: Shop, lena: User) -> None:
    tasks.tend_tasks(now=clock.now())
    Task.objects.update(due_on=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE), owner=lena.pk)
    tasks.tend_tasks(now=clock.now())
    run_until_empty()
    (mail,) = CapturedMail.objects.all()
    assert "Shop" in mail.text and "alice" not in mail.text and f"/{case.pk}/tasks/" in mail.text


def test_only_who_works_on_requests_answers_by_the_page(
    case: SubjectRequest, closed_shop: Shop, lena: User, mallory: User
) -> None:
    tasks.tend_tasks(now=clock.now())
    task, path = Task.objects.get(), f"/console/dsr/subjectrequest/{case.pk}/tasks/"
    body = {"row": task.pk, f"{task.pk}-answer": "nothing_held", f"{task.pk}-note": NOTE}
    assert signed_in(mallory).post(path, body).status_code in {302, 403, 404}
    assert Task.objects.get().state == "open"
    signed_in(lena).post(path, body)
    task.refresh_from_db()
    assert (task.state, task.answer, task.note) == ("done", "nothing_held", NOTE)

"""`manage.py story` plays every right to its letter, with what systems leave to people."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from dsr.models import RequestItem, SubjectRequest
from dsr.notices.models import Task
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from privacy.jobs.worker import run_until_empty
from privacy.pages.demo import acting
from privacy.pages.tests.test_demo import demo as demo  # noqa: PLC0414 - the fixture
from privacy.personal_data.contract import Action, HandlerPlan, Person, Residual, handlers

pytestmark = pytest.mark.django_db
ERIK = "erik.demo@example.com"


@pytest.mark.parametrize("right", sorted(Right))
def test_the_story_of_every_right_ends_with_its_letter(
    demo: Settings, capsys: pytest.CaptureFixture[str], right: str
) -> None:
    call_command("story", ERIK, right=right)
    told = capsys.readouterr().out
    case = SubjectRequest.objects.latest("filed_at")
    assert case.state == State.CLOSED and case.is_demo and case.reference in told
    assert {item.right for item in case.items.all()} >= {right}
    assert not case.items.filter(decided_at=None).exists()
    assert "The letter:" in told and case.reference in told.partition("The letter:")[2]
    run_until_empty()
    call_command("verify_ledger")


class Crm(Shop):
    """A system that erases what it lists, leaves a recycle bin to people, and restricts nothing."""

    key, system, label = "crm", "crm", "CRM"

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered="It has no such switch.")
        left = Residual("bin", "recycle bin: what was deleted", "deleted there is not gone", "empties it", 1)
        return replace(super().plan(person, action, now=now), handler=self.key, residuals=(left,))


@pytest.mark.parametrize(
    ("right", "kinds"), [("erasure", {"erase"}), ("child_report", {"erase"}), ("restriction", {"restrict"})]
)
def test_what_a_system_leaves_to_people_the_cast_does_and_the_letter_follows(
    demo: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], right: str, kinds: set[str]
) -> None:
    outside = Crm()
    outside.rows = {"1": ERIK, "3": "bob@example.com"}
    monkeypatch.setattr(handlers, "_sources", [*handlers._sources, lambda: [outside]])
    call_command("story", ERIK, right=right)
    told = capsys.readouterr().out
    assert "did by hand what a system could not: CRM" in told
    case = SubjectRequest.objects.latest("filed_at")
    tasks = Task.objects.filter(subject_request=case, about__startswith="crm")
    assert tasks and {task.kind for task in tasks} == kinds
    assert {(task.state, task.answer, task.note) for task in tasks} == {("done", "done", acting.BY_HAND)}
    assert case.state == State.CLOSED and RequestItem.objects.filter(subject_request=case, decided_at=None).count() == 0
    assert outside.rows.keys() == ({"1", "3"} if right == "restriction" else {"3"})
    assert "recycle bin" in told.partition("The letter:")[0] or right == "restriction"

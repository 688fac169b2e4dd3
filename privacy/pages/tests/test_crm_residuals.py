"""What the interface of the CRM cannot reach: its recycle bin, the tracker of old values, logins, backups. Each is a
task of a person; the case is answered once all are."""

import datetime as dt
import html
import io
import json
import zipfile

import pytest
from django.test import Client

from accounts.models import User
from dsr.models import ErasurePlan, Letter, RequestItem, Run, Step, SubjectRequest
from dsr.notices.models import Task
from dsr.notices.residuals import open_residuals
from dsr.notices.tasks import tend_tasks
from dsr.notices.vocabulary import TaskKind
from dsr.services.waking import wake_case
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed, mails
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import DANA
from privacy.jobs.models import Job
from privacy.kernel import clock
from privacy.kernel.spoken_days import day_in_words
from privacy.pages.tests.test_crm_case import NOTE
from privacy.pages.tests.test_crm_case import crm as crm  # noqa: PLC0414 - the fixture
from privacy.personal_data.contract import Residual
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def erased(crm: Crm, lena: User, nora: User) -> tuple[SubjectRequest, str]:
    """The request of Dana, as far as the CRM's interface reaches; and the path of its status page."""
    case, path = filed_and_confirmed(Client(), DANA)
    signed_in(lena).post(f"/console/dsr/subjectrequest/{case.pk}/preview/")
    plan = ErasurePlan.objects.get()
    agree = {"typed": case.reference, "digest": plan.digest}
    signed_in(nora).post(f"/console/dsr/subjectrequest/plan/{plan.pk}/", agree)
    mails()
    return SubjectRequest.objects.get(pk=case.pk), path


def answered(client: Client, task: Task, **values: str) -> None:
    """Answer a task on its page."""
    body = {"note": NOTE, **values}
    path = f"/console/dsr/subjectrequest/{task.subject_request_id}/tasks/"
    said = client.post(path, {"row": task.pk, **{f"{task.pk}-{name}": value for name, value in body.items()}})
    assert said.status_code == 302, said.content.decode()


def left(words: str) -> Task:
    return Task.objects.get(what__contains=words)


@pytest.mark.promise(75)
def test_each_thing_that_the_crm_leaves_behind_is_a_task_within_the_clock_and_the_person_reads_it(
    crm: Crm, lena: User, nora: User
) -> None:
    case, path = erased(crm, lena, nora)
    assert case.state == State.BLOCKED and not Letter.objects.filter(kind="answer").exists()
    tasks = list(Task.objects.all())
    assert [task.what.split(":")[0] for task in tasks] == [
        *("backups of the CRM", "recycle bin", "vtiger_loginhistory", "vtiger_modtracker_detail")
    ]
    assert case.due_on and all(task.is_blocking and task.due_on <= case.due_on for task in tasks)
    assert all(task.how.startswith("the operator of the CRM") and task.kind == "erase" for task in tasks)
    page = Client().get(path, follow=True).content.decode()
    assert "The CRM: recycle bin: the deleted records" in page and "delete can be undone" in page
    assert "somebody of ours does it by" in page
    soon = dt.datetime.combine(tasks[0].due_on, dt.time(12), dt.UTC) - dt.timedelta(days=1)
    assert tend_tasks(now=soon)["reminders"] == 4 * 2  # everybody who works on requests, once a task
    assert tend_tasks(now=soon)["reminders"] == 0


@pytest.mark.promise(75)
@pytest.mark.promise(76)
def test_the_case_is_answered_once_people_did_it_or_a_second_one_agreed_that_it_stays(
    crm: Crm, lena: User, nora: User
) -> None:
    case, path = erased(crm, lena, nora)
    legal, second = signed_in(lena), signed_in(nora)
    assert crm.store.bin and crm.store.modtracker
    crm.store.modtracker.clear()  # the operator's step
    answered(legal, left("modtracker"), answer="done")
    answered(legal, left("loginhistory"), answer="nothing_held")
    gone_by = clock.local_date(clock.now(), "UTC") + dt.timedelta(days=40)
    answered(legal, left("backups"), answer="later", review_on=gone_by.isoformat())
    mails()
    assert SubjectRequest.objects.get(pk=case.pk).state == State.BLOCKED
    review_on = gone_by + dt.timedelta(days=300)
    why = {"ground": "legal_claims", "words": "A lawsuit about this contract is pending.", "review_on": review_on}
    answered(legal, left("recycle bin"), answer="not_offered", **{name: str(value) for name, value in why.items()})
    mails()
    assert SubjectRequest.objects.get(pk=case.pk).state == State.BLOCKED  # a refusal in part: four eyes
    agree = {"row": left("recycle bin").pk, "second": "agree"}
    tasks_page = f"/console/dsr/subjectrequest/{case.pk}/tasks/"
    legal.post(tasks_page, agree)
    assert left("recycle bin").state == "proposed"
    second.post(tasks_page, agree)
    mails()

    case = SubjectRequest.objects.get(pk=case.pk)
    item = RequestItem.objects.get()
    assert (case.state, item.outcome, item.ground) == (State.CLOSED, "partly", "legal_claims")
    letter = Letter.objects.get(kind="answer").text
    for words in (
        "the earlier values of the overwritten fields, where a module is tracked: done",
        "kept. It is needed to establish, exercise or defend legal claims. (Art. 17(3)(e) GDPR). A lawsuit about",
        f"We look at it again by {day_in_words(review_on)}",
        f"goes by itself. It is gone by {day_in_words(gone_by)}",
    ):
        assert words in letter, letter
    assert "A lawsuit about this contract is pending" in html.unescape(Client().get(path, follow=True).content.decode())
    later = {task.due_on for task in Task.objects.filter(kind="review")}
    assert later == {gone_by, review_on} and not Task.objects.filter(kind="review", is_blocking=True).exists()
    package = zipfile.ZipFile(io.BytesIO(b"".join(legal.post(f"{tasks_page[:-6]}evidence/"))))
    systems = package.read("systems.jsonl").decode()
    assert "legal_claims" in systems and "A lawsuit about" in systems
    assert str(nora.pk) in package.read("tasks.jsonl").decode()


def test_a_second_run_keeps_the_task_and_opens_one_for_what_came_after_it_was_answered(
    crm: Crm, lena: User, nora: User
) -> None:
    case, _ = erased(crm, lena, nora)
    opened = set(Task.objects.values_list("pk", flat=True))
    answered(signed_in(lena), left("modtracker"), answer="done")
    Run.objects.update(finished_at=None)
    Job.objects.filter(kind="dsr.advance_run").delete()
    wake_case(case, clock.now())
    mails()
    assert set(Task.objects.values_list("pk", flat=True)) == opened  # looked at again, and nothing opened twice
    residual = json.loads(Step.objects.get(handler="crm").residuals)
    again = [Residual(line["table"], line["what"], line["why"], line["who"]) for line in residual]
    open_residuals(
        subject_request=case, kind=TaskKind.ERASE, system="crm", label="The CRM", residuals=again, now=clock.now()
    )
    new = Task.objects.exclude(pk__in=opened).get()
    assert "modtracker" in new.what and new.state == "open"  # another run wrote another trace
    open_residuals(
        subject_request=case, kind=TaskKind.ERASE, system="crm", label="The CRM", residuals=[], now=clock.now()
    )
    assert left("recycle bin").state == "open"  # silence of the system ends no task

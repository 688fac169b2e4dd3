"""Systems without an interface: people answer in counts with proof, and look again; silence keeps a case open."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.selectors import person_of
from dsr.models import HistoryRow, Letter, ReceiptRow, Step, SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.models import Task
from dsr.services import approving, planning
from dsr.services.moving import move
from dsr.services.supplementing import prepare_supplement
from dsr.states import State
from privacy.audit.models import AuditEvent
from privacy.connectors.desks.copies import STORE
from privacy.connectors.desks.models import DeskCopy, DeskLine, DeskQuestion
from privacy.connectors.desks.panels import desk_questions
from privacy.connectors.desks.tending import tend_questions
from privacy.connectors.desks.tests.conftest import Connect, asked
from privacy.jobs.models import CapturedMail, Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import Action, Handler, HandlerUnavailable
from privacy.personal_data.people import PeopleAsked
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
DueCase = Callable[..., SubjectRequest]
PROOF = "Shelf 12, folders A to C, looked at twice."
COUNTS = {"found_0": 3, "found_1": 1, "kept_1": 1, "ground_1": "legal_obligation", "until_1": "2036-01-31"}


def page(row: DeskQuestion) -> str:
    return f"/console/desks/deskquestion/{row.pk}/answer/"


def answer(user: User, row: DeskQuestion, **values: Any) -> Any:
    """Through the page of who answers."""
    return signed_in(user).post(page(row), {"evidence": PROOF, **values})


def taken(user: User, row: DeskQuestion, **values: Any) -> None:
    given = answer(user, row, **values)
    assert given.status_code == 302, re.findall(r"errorlist.*?</ul>", given.content.decode(), re.DOTALL)


def go_on() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=clock.now() - dt.timedelta(days=1))
    run_until_empty()


def approve(case: SubjectRequest, lena: User, nora: User) -> None:
    """One prepares the erasure, another approves it, and it runs."""
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()


@pytest.mark.promise(76)
def test_an_erasure_goes_through_people_who_answer_look_again_and_leave_a_receipt(
    archive: Handler, due_case: DueCase, lena: User, nora: User, paula: User, piet: User
) -> None:
    case = due_case("erasure")
    with pytest.raises(DomainError, match="Paper archive did not answer"):
        planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    taken(paula, asked("find"), **COUNTS)
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    [summary] = [each for each in json.loads(plan.summary) if each["handler"] == "archive"]
    assert [(each["table"], each["treatment"], each["rows"]) for each in summary["tables"]] == [
        ("letters", "delete", 3),
        ("contracts", "retain", 1),
    ]
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED  # visible, and open
    taken(paula, asked("erase"), removed_0=2, failed_0=1, why_0="backup")
    run_until_empty()  # the answer itself wakes the run
    looking = DeskQuestion.objects.get(ask="verify", state="open")
    assert answer(paula, looking, found_0=0, found_1=0).status_code == 403  # she removed it; her deputy looks
    taken(piet, looking, found_0=0, found_1=0)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED  # the letter that could not be removed is a task
    gone_by = clock.local_date(clock.now(), "UTC") + dt.timedelta(days=30)
    note = "The film with the copies is destroyed on that day."
    answer_task(
        task=Task.objects.get(),
        answer="later",
        note=note,
        review_on=gone_by,
        actor=Actor.staff(lena.pk),
        now=clock.now(),
    )
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED
    step = Step.objects.get(handler="archive")
    assert (step.removed, step.retained, step.answer) == (2, 1, "done")
    assert "overwritten in time" in step.residuals
    assert any(each["handler"] == "archive" for each in json.loads(ReceiptRow.objects.get().body)["steps"])
    assert "Paper archive" in Letter.objects.get().text
    details = set(HistoryRow.objects.filter(kind="people_answered").values_list("detail", flat=True))
    assert details == {"archive:find:done", "archive:erase:done", "archive:find:nothing_held"}


def test_what_a_second_look_finds_stops_the_closing_and_is_approved_anew(
    archive: Handler, due_case: DueCase, lena: User, nora: User, paula: User, piet: User
) -> None:
    case = due_case("erasure")
    taken(paula, asked("find"), found_0=1, found_1=0)
    approve(case, lena, nora)
    taken(paula, asked("erase"), removed_0=1)
    run_until_empty()
    taken(piet, asked("verify"), found_0=2, found_1=0)
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.BLOCKED
    more = prepare_supplement(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=more, digest=more.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()
    taken(paula, asked("erase"), removed_0=2)
    run_until_empty()
    taken(piet, asked("verify"), found_0=0, found_1=0)
    go_on()
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert sum(Step.objects.filter(handler="archive").values_list("removed", flat=True)) == 3


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "Write a number"),
        ({**COUNTS, "kept_1": 2}, "More cannot stay"),
        ({**COUNTS, "ground_1": ""}, "on which ground"),
        ({**COUNTS, "until_1": "2001-01-01"}, "a day to come"),
        ({**COUNTS, "evidence": "done"}, "how one can see it"),
        ({**COUNTS, "found_0": -1}, "greater than or equal to 0"),
        ({**COUNTS, "found_0": 10**9}, "less than or equal to"),
    ],
)
def test_a_bare_done_or_a_wrong_count_is_no_answer(
    archive: Handler, due_case: DueCase, paula: User, values: dict[str, Any], says: str
) -> None:
    due_case("erasure")
    row = asked("find")
    assert says in answer(paula, row, **values).content.decode()
    assert DeskQuestion.objects.get(pk=row.pk).state == "open" and not DeskLine.objects.exists()


def test_every_approved_thing_is_accounted_for(
    archive: Handler, due_case: DueCase, lena: User, nora: User, paula: User, alice: User
) -> None:
    case = due_case("erasure")
    taken(paula, asked("find"), found_0=3, found_1=0)
    approve(case, lena, nora)
    row = asked("erase")
    assert "Account for all 3" in answer(paula, row, removed_0=2).content.decode()
    assert "Say why" in answer(paula, row, removed_0=2, failed_0=1).content.decode()


def scan() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return SimpleUploadedFile("Alice and Bob.png", out.getvalue(), "image/png")


@pytest.mark.promise(64)
def test_what_people_give_is_in_the_package_and_goes_with_the_case(
    archive: Handler, due_case: DueCase, paula: User, alice: User
) -> None:
    case = due_case("access")
    person = person_of(alice.subject_id)
    with pytest.raises(HandlerUnavailable, match="have not been asked"):
        archive.find(person)
    row = asked("export")
    with pytest.raises(PeopleAsked):
        list(archive.export(person))
    table = SimpleUploadedFile("list.csv", b"day,about\n2019-03-03,complaint\n2020-01-01,thanks\n", "text/csv")
    given = {"rows_0": "Letter of 2018 about an invoice\n\n", "file_0": table, "scan_0": scan(), "none_1": "on"}
    taken(paula, row, **given)
    assert {each.table: each.rows for each in archive.find(person)} == {"letters": 4, "contracts": 0}
    records = list(archive.export(person))
    assert [record.row.get("about") for record in records] == [None, "complaint", "thanks", None]
    attachment = records[3].attachment
    assert attachment and attachment.name == "letters-4.png" and b"".join(attachment.chunks()).startswith(b"\x89PNG")
    assert b"complaint" not in b"".join(path.read_bytes() for path in STORE.path.iterdir())
    assert "complaint" not in str(list(DeskCopy.objects.values_list("row", flat=True).query.__str__()))
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.CLOSED)
    tend_questions(now=clock.now())
    row.refresh_from_db()
    assert (row.state, row.identities) == ("closed", "")
    assert not DeskCopy.objects.exists() and not list(STORE.path.iterdir())
    with pytest.raises(HandlerUnavailable):
        archive.find(person)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("list.csv", b"a,b\n1\n", "as many values"),
        ("list.csv", b"\xff\xfe", "UTF-8"),
        ("list.json", b"[1, 2]", "list of objects"),
        ("list.json", b"[" * 100_000, "no JSON"),
        ("list.csv", b"a\n" + b"x" * 30_000, "characters a value"),
        ("list.csv", b"a\n" + b"1\n" * 10_001, "At most 10000 rows"),
        ("scan.png", b"MZ not a picture", ""),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(
    archive: Handler, due_case: DueCase, paula: User, name: str, data: bytes, says: str
) -> None:
    due_case("access")
    field = "scan_0" if name.endswith("png") else "file_0"
    given = answer(paula, asked("export"), none_1="on", **{field: SimpleUploadedFile(name, data)})
    assert given.status_code == 200 and says in given.content.decode() and "errorlist" in given.content.decode()
    assert not DeskCopy.objects.exists() and (not STORE.path.exists() or not list(STORE.path.iterdir()))


def test_silence_keeps_the_case_open_reminds_once_and_escalates_once(
    archive: Handler, due_case: DueCase, paula: User, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = due_case("access")
    row = asked("export")
    assert case.safe_on is not None
    assert row.due_on <= case.safe_on - dt.timedelta(days=5)
    run_until_empty()
    assert [mail.recipient for mail in CapturedMail.objects.all()] == ["paula@kept.example"]
    assert "alice" not in CapturedMail.objects.get().text.lower()
    with pytest.raises(DomainError, match="Paper archive"):
        move(subject_request=case, to=State.CLOSED, kind="closed", actor=Actor.staff(lena.pk), now=clock.now())
    ago = clock.now() - dt.timedelta(days=9)
    DeskQuestion.objects.update(due_on=ago.date(), asked_at=ago)
    for _ in range(3):
        tend_questions(now=clock.now())
    run_until_empty()
    subjects = sorted(mail.subject for mail in CapturedMail.objects.all())
    assert len(subjects) == 3 and sum("Reminder" in subject for subject in subjects) == 1
    assert sum("has not answered" in subject for subject in subjects) == 1
    assert desk_questions(clock.now()).text == "1 past their day."


@pytest.mark.promise(75)
def test_a_correction_by_people_is_the_task_of_the_case(archive: Handler, due_case: DueCase, paula: User) -> None:
    case = due_case("rectification")
    row = asked("rectify")
    assert case.subject_id is not None
    assert archive.plan(person_of(case.subject_id), Action.RECTIFY, now=clock.now()).not_offered
    assert "exactly where it cannot" in answer(paula, row, result="not_offered").content.decode()
    taken(paula, row, result="done")
    task = Task.objects.get(subject_request=case, about="archive")
    assert (task.state, task.answer, task.done_by) == ("done", "done", paula.pk)


def test_an_outside_owner_answers_by_a_link_that_shows_nobody_before_a_press(
    connect: Connect, due_case: DueCase, alice: User
) -> None:
    connect("vendor@outside.example", "")
    due_case("erasure")
    asked("find")
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert mail.recipient == "vendor@outside.example"
    path = next(re.finditer(r"/desks/\S+", mail.text))[0]
    client = Client()
    for _ in range(3):
        assert "alice@example.com" not in client.get(path).content.decode()
    assert not AuditEvent.objects.filter(type="desks.opened").exists()
    shown = client.post(path, {"act": "open"}).content.decode()
    assert "alice@example.com" in shown and AuditEvent.objects.filter(type="desks.opened").count() == 1
    bad = client.post(path, {"act": "answer", "evidence": PROOF})
    assert bad.status_code == 400 and "Write a number" in bad.content.decode()
    done = client.post(path, {"act": "answer", "evidence": PROOF, "found_0": 1, "found_1": 0})
    assert "has arrived" in done.content.decode()
    assert client.post(path, {"act": "open"}).status_code == 410  # answered: the link shows nobody any more
    assert client.get(path[:-5] + "xxxx/").status_code == 404


def test_only_who_answers_sees_the_question(
    archive: Handler, due_case: DueCase, paula: User, piet: User, lena: User, mallory: User
) -> None:
    due_case("erasure")
    row = asked("find")
    shown = signed_in(paula).get(page(row)).content.decode()
    assert "alice@example.com" in shown and "Shelf 12" in shown
    assert AuditEvent.objects.filter(type="desks.opened", actor_id=paula.pk).count() == 1
    for user in (piet, lena):
        assert signed_in(user).get(page(row)).status_code == 403
    assert signed_in(mallory).get(page(row)).status_code in {302, 403}
    assert Client().get(page(row)).status_code == 302
    assert "Paper archive" in signed_in(paula).get("/console/desks/deskquestion/mine/").content.decode()
    assert "Paper archive" not in signed_in(piet).get("/console/desks/deskquestion/mine/").content.decode()


def test_a_role_can_own_a_desk(
    connect: Connect, due_case: DueCase, paula: User, piet: User, lena: User, nora: User
) -> None:
    team = Group.objects.create(name="Archive")
    for user in (paula, piet):
        user.groups.add(team)
    connect("Archive", "")
    case = due_case("erasure")
    taken(paula, asked("find"), found_0=1, found_1=0)
    approve(case, lena, nora)
    taken(paula, asked("erase"), removed_0=1)
    run_until_empty()
    row = asked("verify")
    assert "Somebody else looks" in answer(paula, row, found_0=0, found_1=0).content.decode()
    taken(piet, row, found_0=0, found_1=0)


def test_an_answer_given_twice_or_after_the_case_counts_once(archive: Handler, due_case: DueCase, paula: User) -> None:
    due_case("erasure")
    row = asked("find")
    taken(paula, row, **COUNTS)
    assert "answered already" in answer(paula, row, found_0=9, found_1=9).content.decode()
    assert DeskLine.objects.get(position=0).found == 3


def test_nobody_could_look_is_an_answer_with_its_reason(
    archive: Handler, due_case: DueCase, paula: User, alice: User
) -> None:
    due_case("erasure")
    taken(paula, asked("find"), why="no_access")
    plan = archive.plan(person_of(alice.subject_id), Action.ERASE, now=clock.now())
    assert plan.not_offered == "Its people could not look: we have no access to it."


def test_looking_asks_nobody_and_the_job_asks_once(archive: Handler, due_case: DueCase, alice: User) -> None:
    due_case("erasure")
    with pytest.raises(HandlerUnavailable):
        archive.find(person_of(alice.subject_id))
    assert not DeskQuestion.objects.exists()
    assert [tend_questions(now=clock.now())["asked"] for _ in range(2)] == [1, 0]


def test_waiting_for_people_never_gives_up(
    archive: Handler, due_case: DueCase, lena: User, nora: User, paula: User
) -> None:
    case = due_case("erasure")
    taken(paula, asked("find"), found_0=1, found_1=0)
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    for _ in range(35):
        go_on()
    job = Job.objects.get(kind="dsr.advance_run")
    assert (job.state, job.attempts) == (JobState.READY, 35)
    assert DeskQuestion.objects.filter(ask="erase").count() == 1


def test_the_page_asks_the_database_a_fixed_number_of_times(
    archive: Handler, due_case: DueCase, paula: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    due_case("erasure")
    row, client = asked("find"), signed_in(paula)
    client.get(page(row))
    with django_assert_num_queries(9):
        client.get(page(row))


def test_an_entry_that_cannot_be_used_is_refused_by_its_option(tmp_path: Any, paula: User) -> None:
    for option, says in (
        ("holds: ['=x']", "holds is a list"),
        ("holds: letters\n    keeps: letters=because 10 years", "keeps is a list"),
        ("holds: letters\n    days: 0", "days is a number"),
        ("holds: letters\n    shows: shoe", "shows has no shoe"),
        ("holds: letters\n    deputy: 'no@address@'", "email address"),
        ("", "Give holds"),
    ):
        file = tmp_path / "systems.yaml"
        file.write_text(f"systems:\n  - key: a\n    kind: desk\n    owner: paula@kept.example\n    {option}\n")
        with pytest.raises(CommandError, match=says):
            call_command("connect", str(file))
    file.write_text("systems:\n  - {key: a, kind: desk, owner: Nobody, holds: letters}\n")
    with pytest.raises(CommandError, match="There is no role Nobody"):
        call_command("connect", str(file))

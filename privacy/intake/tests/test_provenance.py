"""Data from somebody else: its source stands beside it, and the person is told within a month."""

import datetime as dt

import pytest

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.intake.models import TellTask
from privacy.intake.rules import month_after
from privacy.intake.services.telling import remind_to_tell, tell
from privacy.intake.tests.conftest import Post, collection
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState
from privacy.personal_data.contract import Person, handlers
from privacy.policy.board import ControlState, controls_of
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
PATH = "/api/v1/collections"
FOUND = {
    "name": "job_title",
    "category": "identification",
    "value": "Head of sales",
    "source": "linkedin",
    "obtained_on": "2026-01-15",
    "evidence": "https://www.linkedin.example/in/alice",
}


@pytest.fixture
def tess(db: None) -> User:
    """Legal, who tells people."""
    return make_user("tess@kept.example", "tell_people", "work_subject_request", is_staff=True)


@pytest.mark.promise(9)
def test_a_third_party_source_is_shown_and_opens_a_task_of_one_month(post: Post, alice: User) -> None:
    mine = {"name": "phone", "category": "identification", "value": "+49 30 1234567"}
    answer = post(PATH, collection(values=[FOUND, mine]))
    today = clock.local_date(clock.now(), "Asia/Kolkata")
    assert answer["tell_by"] == month_after(today).isoformat()
    task = TellTask.objects.get()
    assert (task.source, task.due_on, task.told_at) == ("linkedin", month_after(today), None)
    rows = {
        record.row["name"]: record.row
        for record in handlers.get("intake.CollectedValue").export(Person((alice.subject_id,)))
    }
    assert rows["job_title"]["source"] == "linkedin" and rows["phone"]["source"] == "person"
    assert rows["job_title"]["obtained_on"] == "2026-01-15" and "linkedin.example" in rows["job_title"]["evidence"]
    page = signed_in(alice).get("/my-data/tables/intake.CollectedValue/").content.decode()
    assert "linkedin" in page


@pytest.mark.promise(9)
def test_the_person_is_told_once_by_mail_with_what_article_14_asks(post: Post, alice: User, tess: User) -> None:
    post(PATH, collection(values=[FOUND]))
    task = TellTask.objects.get()
    tell(task=task, how="mail", actor=Actor.staff(tess.pk), now=clock.now())
    run_until_empty()
    text = CapturedMail.objects.get().text
    for words in ("linkedin", "job title", "15 January 2026", "Providing your account", "Vtiger", "/requests/new/"):
        assert words in text, words
    assert "Head of sales" not in text  # the mailbox is not proven to be theirs
    with pytest.raises(StaleState):
        tell(task=task, how="letter", actor=Actor.staff(tess.pk), now=clock.now())
    post(PATH, collection(subject={"external": "crm-1"}, values=[FOUND]))
    other = TellTask.objects.get(told_at=None)
    with pytest.raises(DomainError, match="no address"):
        tell(task=other, how="mail", actor=Actor.staff(tess.pk), now=clock.now())
    other.refresh_from_db()
    assert other.told_at is None
    tell(task=other, how="letter", actor=Actor.staff(tess.pk), now=clock.now())


def test_staff_are_reminded_once_and_the_board_turns_red_when_it_is_late(post: Post, alice: User, tess: User) -> None:
    post(PATH, collection(values=[FOUND]))
    now = clock.now()
    assert remind_to_tell(now=now) == 0
    assert remind_to_tell(now=now + dt.timedelta(days=25)) == 1
    assert remind_to_tell(now=now + dt.timedelta(days=26)) == 0
    assert [mail.template for mail in OutboxMessage.objects.all()] == ["intake.tell_reminder"]
    TellTask.objects.update(due_on=now.date() - dt.timedelta(days=2))
    [control] = [one for one in controls_of(9) if one.code == "intake.provenance"]
    assert control.answer().state is ControlState.RED


@pytest.mark.parametrize(
    ("day", "due"),
    [("2026-01-31", "2026-02-28"), ("2024-01-31", "2024-02-29"), ("2026-12-15", "2027-01-15")],
)
def test_a_month_ends_on_the_same_day_or_the_last_one(day: str, due: str) -> None:
    assert month_after(dt.date.fromisoformat(day)) == dt.date.fromisoformat(due)


def test_staff_tell_from_the_console_and_reading_is_on_the_log(post: Post, alice: User, tess: User, omar: User) -> None:
    post(PATH, collection(values=[FOUND]))
    task = TellTask.objects.get()
    client = signed_in(tess)
    listed = client.get("/console/intake/telltask/").content.decode()
    assert "to be told" in listed and "alice" not in listed
    url = f"/console/intake/telltask/{task.pk}/change/"
    page = client.get(url).content.decode()
    assert "linkedin" in page and "Mail it" in page
    assert AuditEvent.objects.filter(type="intake.opened", actor_id=tess.pk, subject_id=alice.subject_id).count() == 1
    client.post(url, {"how": "mail"})
    task.refresh_from_db()
    assert task.how_told == "mail" and task.told_by == tess.pk
    assert "1" in client.get("/console/").content.decode()
    assert "job_title" not in client.get("/console/intake/collection/").content.decode()
    assert signed_in(omar).get(url).status_code == 403

"""Reminders: each stage once, the most urgent after downtime, none for what has ended. Over a real mail server."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import Clock, Contact, HistoryRow, RequestItem, SubjectRequest
from dsr.services.clocks import note_clock_event
from dsr.services.reminding import may_remind, remind
from dsr.stages import BEGINS, Stage, current_stage, stage_to_tell
from dsr.states import Right, State
from dsr.tests.starting import start_clocks
from privacy.jobs import periodic, send_gate
from privacy.jobs.models import CapturedMail, Job, JobState, OutboxMessage, SendState
from privacy.jobs.tests.test_outbox import Server, raw_of, server  # noqa: F401  (a fixture)
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM
from privacy.policy.selectors import today as local_today
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
JUNE = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)  # a case of that day is due, and safe until, 1 July
SAFE = dt.date(2026, 7, 1)
MakeCase = Callable[..., SubjectRequest]
STAGES = ["t14", "t7", "t3", "t1", "overdue", "escalation"]


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE, settings.KEPT_CALENDAR, settings.KEPT_PROFILE = "UTC", "NONE", "EU-GDPR"


@pytest.fixture
def file_at(make_case: MakeCase) -> Callable[..., SubjectRequest]:
    """A received case with its clocks, filed and received at `at` unless said otherwise."""

    def make(at: dt.datetime = JUNE, **fields: object) -> SubjectRequest:
        case = make_case(**{"received_at": at, "filed_at": at, **fields})
        start_clocks(subject_request=case, actor=ANONYMOUS, now=at)
        return case

    return make


def on(day: dt.date, hour: int = 9) -> dict[str, int | str]:
    return remind(actor=SYSTEM, now=dt.datetime.combine(day, dt.time(hour), dt.UTC))


def days(number: int) -> dt.date:
    """So many days after the safe day."""
    return SAFE + dt.timedelta(days=number)


def reminders() -> "QuerySet[OutboxMessage]":
    """Without the digest of a Monday."""
    return OutboxMessage.objects.filter(template="dsr.reminder")


def told() -> list[str]:
    return [row.context["stage"] for row in reminders().order_by("created_at", "id")]


@pytest.mark.promise(80)
def test_each_stage_once_however_often_it_is_asked(file_at: MakeCase, lena: User) -> None:
    case = file_at()
    for number in range(-30, 12):
        on(days(number))
        on(days(number), hour=23)
    assert told() == STAGES
    sent_on = [(row.created_at.date() - SAFE).days for row in OutboxMessage.objects.order_by("created_at")]
    assert sent_on == list(BEGINS.values())
    rows = HistoryRow.objects.filter(kind="reminded", subject_request_id=case.pk).order_by("at")
    assert [row.detail for row in rows] == [f"{stage}:2026-07-01" for stage in STAGES]


@pytest.mark.promise(80)
@pytest.mark.parametrize(
    ("back_on", "stage", "after"),
    [
        (-13, "t14", STAGES[1:]),
        (-2, "t3", STAGES[3:]),
        (0, "t1", STAGES[4:]),
        (2, "overdue", STAGES[5:]),
        (40, "escalation", []),
    ],
)
def test_after_downtime_only_the_most_urgent_is_told(
    file_at: MakeCase, lena: User, back_on: int, stage: str, after: list[str]
) -> None:
    file_at()
    for number in range(back_on, back_on + 20):
        on(days(number))
    assert told() == [stage, *after]


def test_stages_that_were_over_at_filing_are_not_told(file_at: MakeCase, lena: User) -> None:
    file_at(filed_at=dt.datetime(2026, 6, 26, 9, tzinfo=dt.UTC))  # a letter of 1 June, filed five days before its end
    on(dt.date(2026, 6, 26))
    assert told() == []
    for number in range(-5, 9):
        on(days(number))
    assert told() == STAGES[2:]
    file_at(filed_at=dt.datetime(2026, 7, 20, 9, tzinfo=dt.UTC))  # found when all was over
    before = OutboxMessage.objects.count()
    on(dt.date(2026, 7, 20))
    assert OutboxMessage.objects.count() == before


def test_a_moved_due_date_starts_new_ones(file_at: MakeCase, lena: User) -> None:
    case = file_at()
    on(days(-3))
    assert told() == ["t3"]
    for name, day in (("identity_requested", 3), ("identity_confirmed", 8)):
        at = dt.datetime(2026, 6, day, 9, tzinfo=dt.UTC)
        note_clock_event(subject_request=case, name=name, actor=ANONYMOUS, now=at)
    assert case.due_on == dt.date(2026, 7, 6)
    for number in range(-2, 12):
        on(days(number))
    assert told() == ["t3", *STAGES[1:]]
    assert {str(row.idem_key).split(":")[4] for row in OutboxMessage.objects.all()} == {"2026-07-01", "2026-07-06"}


def test_counting_again_with_the_same_end_is_no_news(file_at: MakeCase, lena: User) -> None:
    case = file_at()
    on(days(-7))
    note_clock_event(subject_request=case, name="clarification_requested", actor=ANONYMOUS, now=JUNE)
    assert Clock.objects.filter(kind="respond").count() == 2
    on(days(-7))
    assert told() == ["t7"]


@pytest.mark.parametrize("state", [State.CLOSED, State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.UNCONFIRMED])
def test_what_has_ended_or_waits_for_the_person_has_none(file_at: MakeCase, lena: User, state: State) -> None:
    file_at(state=state)
    on(days(5))
    assert told() == []


def test_each_right_has_its_own_and_a_decided_one_none(file_at: MakeCase, make_case: MakeCase, lena: User) -> None:
    case = make_case(received_at=JUNE, filed_at=JUNE)
    RequestItem.objects.create(subject_request=case, right=Right.ACCESS)
    start_clocks(subject_request=case, actor=ANONYMOUS, now=JUNE)
    on(days(-3))
    assert told() == ["t3", "t3"]
    RequestItem.objects.filter(right=Right.ACCESS).update(decided_at=JUNE, outcome="fulfilled")
    on(days(-1))
    assert told() == ["t3", "t3", "t1"]


def test_workers_are_reminded_and_in_the_end_those_who_may_approve(
    file_at: MakeCase, omar: User, mallory: User, nora: User
) -> None:
    worker = make_user("wilma@kept.example", "work_subject_request", is_staff=True)
    group = Group.objects.create(name="Case workers")
    group.permissions.set(Permission.objects.filter(codename="work_subject_request"))
    worker.groups.add(group)  # twice entitled, once reminded
    gone = make_user("gone@kept.example", "work_subject_request", is_staff=True)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    file_at()
    on(days(-1))
    run_until_empty()
    assert {mail.recipient for mail in CapturedMail.objects.all()} == {"nora@kept.example", "wilma@kept.example"}
    CapturedMail.objects.all().delete()
    on(days(3))
    run_until_empty()
    assert {mail.recipient for mail in CapturedMail.objects.all()} == {"nora@kept.example"}


def test_nobody_real_is_told_of_the_demo(file_at: MakeCase, lena: User) -> None:
    file_at(is_demo=True)
    on(days(-3))
    assert told() == []


def test_the_mail_names_nobody(file_at: MakeCase, lena: User, settings: Settings) -> None:
    settings.KEPT_BASE_URL = "https://kept.example"
    case = file_at()
    on(days(-3))
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert mail.subject == f"{case.reference} is due on 2026-07-01"
    assert f"https://kept.example/console/dsr/subjectrequest/{case.pk}/change/" in mail.text
    contact = Contact.objects.get()
    assert contact.email not in mail.text and contact.name not in mail.text and "1 July 2026" in mail.text


def today(number: int) -> dt.datetime:
    """Received so that so many days are left by now."""
    return clock.now() - dt.timedelta(days=30 - number)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_gate, "_gates", [may_remind])


def queued(**changes: object) -> OutboxMessage:
    """A reminder that was queued and has not left."""
    remind(actor=SYSTEM, now=clock.now())
    row = OutboxMessage.objects.get()
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_a_mail_that_waited_too_long_does_not_leave(file_at: MakeCase, lena: User, gate: None) -> None:
    case = file_at(today(2))
    message = queued()
    assert send_gate.ask(message).allowed
    SubjectRequest.objects.update(state=State.CLOSED)
    assert send_gate.ask(message).reason == "ended"
    SubjectRequest.objects.update(state=State.RECEIVED)
    RequestItem.objects.update(decided_at=clock.now())
    assert send_gate.ask(message).reason == "ended"
    RequestItem.objects.update(decided_at=None)
    Clock.objects.update(safe_on=local_today())  # time went on: a later stage has begun
    assert send_gate.ask(message).reason == "overtaken"
    Clock.objects.update(safe_on=case.safe_on)
    newer = Clock.objects.get(kind="respond")
    newer.pk, newer.number, newer.due_on = message.pk, 2, newer.due_on + dt.timedelta(days=1)
    newer.save(force_insert=True)
    assert send_gate.ask(message).reason == "overtaken"
    run_until_empty()
    message.refresh_from_db()
    assert (message.state, message.recipient) == (SendState.REFUSED, "") and not CapturedMail.objects.exists()


@pytest.mark.promise(80)
def test_a_lost_answer_is_repeated_as_the_same_mail(
    file_at: MakeCase,
    lena: User,
    server: Server,  # noqa: F811
    gate: None,
) -> None:
    file_at(today(2))
    message = queued()
    server.answer = "drop"
    run_one()
    message.refresh_from_db()
    assert message.state == SendState.SENDING
    remind(actor=SYSTEM, now=clock.now())
    server.answer = "250 OK"
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_until_empty()
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_until_empty()
    message.refresh_from_db()
    assert message.state == SendState.SENT and OutboxMessage.objects.count() == 1
    assert len(server.mails) == 2
    assert all(f"Message-ID: {message.message_id}".encode() in raw_of(mail) for mail in server.mails)


def test_the_worker_asks_every_hour(file_at: MakeCase, lena: User) -> None:
    assert [(entry.kind, entry.period) for entry in periodic.registered() if entry.name == "dsr.remind"] == [
        ("dsr.remind", dt.timedelta(hours=1))
    ]
    file_at(today(2))
    periodic.tick(clock.now())
    run_until_empty()
    assert told() == ["t3"] and CapturedMail.objects.filter(outbox__in=reminders()).count() == 1


def test_the_number_of_queries_does_not_grow_with_what_was_told(
    file_at: MakeCase, lena: User, nora: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        file_at()
    on(days(-7))
    assert len(told()) == 8
    with django_assert_max_num_queries(12):
        on(days(-7))


def test_more_cases_than_a_page(file_at: MakeCase, lena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr.services.reminding.PAGE", 2)
    for number in range(5):
        file_at(JUNE + dt.timedelta(days=number // 3))
    on(days(-7))
    assert sorted(told()) == ["t14"] * 2 + ["t7"] * 3


@given(st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)), st.integers(-60, 60), st.integers(-60, 60))
def test_a_stage_is_told_only_while_it_is_the_last_that_began(safe_on: dt.date, filed: int, now: int) -> None:
    at = safe_on + dt.timedelta(days=now)
    filed_on = safe_on + dt.timedelta(days=filed)
    stage = stage_to_tell(safe_on=safe_on, filed_on=filed_on, today=at)
    begun = [name for name, days in BEGINS.items() if days <= now]
    if stage:
        assert stage == begun[-1] and BEGINS[stage] >= filed
    current = current_stage(safe_on=safe_on, today=at)
    assert (current is None) == (not begun) and list(BEGINS) == list(Stage)

"""The clocks beside the answer: acknowledge, take more time, refuse, ask again, appeal. Each from its law."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.due_dates import due_between, overdue_before
from dsr.models import Clock, HistoryRow, SubjectRequest
from dsr.periods import CLOCK_WORDS, SUB_CLOCKS, Period, sub_period_for
from dsr.services.appeal_clocks import start_appeal_clocks
from dsr.services.clocks import every_clock_in_force, meet_clocks, recompute_clocks
from dsr.services.confirming import confirm_subject_request
from dsr.services.deciding import refuse_subject_request
from dsr.services.extending import extend_deadline
from dsr.services.intake import open_subject_request
from dsr.services.links import make_link
from dsr.services.reminding import remind
from dsr.stages import TOLD, Stage, is_told_with_the_answer, stage_to_tell
from dsr.states import Right, State
from dsr.tests.conftest import approve_open
from privacy.jobs.models import OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WHY = "Your data stands in nine systems, and two of them are being moved."


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def opened(*rights: str, region: str = "", now: dt.datetime | None = None) -> SubjectRequest:
    return open_subject_request(
        rights=rights or ["access"],
        email=f"carol{SubjectRequest.objects.count()}@example.com",  # asking the same again makes no second one
        message="Why?",
        region=region,
        actor=ANONYMOUS,
        now=now or at(7, 1),
    )


def received(case: SubjectRequest) -> SubjectRequest:
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.RECEIVED)
    case.refresh_from_db()
    return case


def days(case: SubjectRequest) -> dict[str, dt.date]:
    return {row.kind: row.due_on for row in every_clock_in_force(case)}


def run_reminders(day: dt.date) -> None:
    remind(actor=SYSTEM, now=dt.datetime.combine(day, dt.time(9), dt.UTC))


def told() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(template="dsr.reminder").order_by("created_at", "id")
    return [(str(row.idem_key).split(":")[2], str(row.context["stage"])) for row in rows]


@pytest.mark.promise(80)
def test_filing_counts_every_clock_that_a_law_names() -> None:
    assert days(opened()) == {"respond": on(7, 31), "extension_notice": on(8, 3), "refusal": on(8, 3)}
    assert days(opened(region="US-CA", now=at(6, 15))) == {
        "respond": on(7, 15),
        "extension_notice": on(7, 15),
        "refusal": on(7, 15),
        "ack": on(6, 30),  # ten working days, without 19 June
    }
    assert days(opened("sale_opt_out", region="US-CA"))["reask_not_before"] == dt.date(2027, 7, 1)
    assert days(opened("complaint", region="GB-ENG"))["ack"] == on(7, 31)
    assert days(opened("access", region="US-FL"))["compliance_notice"] == on(8, 30)
    assert "ack" not in days(opened("sale_opt_out", region="US-CA", now=at(7, 2)))


def test_of_two_laws_the_earlier_notice_counts_and_each_has_a_trace() -> None:
    case = opened(region="CA-ON")
    row = next(row for row in every_clock_in_force(case) if row.kind == "extension_notice")
    assert (row.due_on, row.profile) == (on(7, 31), "CA-PIPEDA")
    assert "EU-GDPR (calendar DE) holds too and would end on Mon 3 Aug 2026" in row.trace


@pytest.mark.parametrize("code", sorted(PROFILES))
def test_every_law_names_its_sub_clocks_for_every_right_or_none(code: str) -> None:
    for right in Right:
        for sub in SUB_CLOCKS:
            period = sub_period_for(code, right, sub)
            assert period is None or PROFILES[code].rule(period.kind)
    assert set(TOLD) == set(CLOCK_WORDS)


def test_a_law_without_extension_has_no_day_for_its_notice() -> None:
    assert sub_period_for("CA-QC-LAW25", "access", "extension_notice") is None
    assert sub_period_for("US-CA-CCPA", "sale_opt_out", "extension_notice") is None
    assert sub_period_for("US-IA", "access", "extension_notice") == Period("US-IA", "access/extension_notice")


def test_the_acknowledgement_stops_its_clock_once() -> None:
    case = opened(region="US-CA", now=at(6, 15))
    assert Clock.objects.get(kind="ack").met_at is None
    token = make_link(subject_request=case, kind="confirm", now=at(6, 16))
    confirm_subject_request(token=token, actor=ANONYMOUS, now=at(6, 16))
    assert Clock.objects.get(kind="ack").met_at == at(6, 16)
    assert meet_clocks(subject_request=case, kind="ack", now=at(6, 20)) == 0
    case.refresh_from_db()
    SubjectRequest.objects.update(home_calendar="NONE")
    recompute_clocks(subject_request=case, actor=ANONYMOUS, now=at(6, 17))
    assert Clock.objects.filter(kind="ack").count() == 1  # what is met is not counted again


@pytest.mark.promise(80)
def test_an_extension_meets_its_notice_and_leaves_the_day_to_refuse(lena: User) -> None:
    case = received(opened())
    actor = Actor.staff(lena.pk)
    extend_deadline(subject_request=case, reason="number", words=WHY, actor=actor, now=at(7, 20))
    found = {row.kind: row for row in every_clock_in_force(case)}
    assert found["respond"].due_on == on(10, 1)
    assert (found["refusal"].due_on, found["refusal"].met_at) == (on(8, 3), None)
    assert found["extension_notice"].met_at == at(7, 20)
    for number in range(21, 32):
        run_reminders(on(7, number))
    run_reminders(on(8, 10))
    assert told() == [("refusal", "t3"), ("refusal", "t1")]  # two who may: lena alone is staff here


def test_reminders_of_sub_clocks_come_once_each_and_not_beside_the_answer(lena: User) -> None:
    received(opened(region="US-CA", now=at(6, 15)))
    for day in range(15, 31):
        run_reminders(on(6, day))
        run_reminders(on(6, day))
    for day in range(1, 31):
        run_reminders(on(7, day))
    kinds = told()
    assert [stage for kind, stage in kinds if kind == "ack"] == ["t3", "t1", "overdue", "escalation"]
    assert [stage for kind, stage in kinds if kind == "respond"] == [stage.value for stage in Stage]
    assert {kind for kind, _ in kinds} == {"ack", "respond"}
    run_until_empty()


@pytest.mark.parametrize(
    ("kind", "left", "stage"),
    [
        ("extension_notice", 3, Stage.T3),
        ("extension_notice", 0, Stage.T3),
        ("extension_notice", 4, None),
        ("extension_notice", -1, None),
        ("refusal", 1, Stage.T1),
        ("ack", 7, None),
        ("ack", -3, Stage.ESCALATION),
        ("reask_not_before", 0, None),
        ("appeal", 14, Stage.T14),
    ],
)
def test_what_is_told_of_which_clock(kind: str, left: int, stage: Stage | None) -> None:
    today = on(7, 1)
    safe_on = today + dt.timedelta(days=left)
    assert stage_to_tell(safe_on=safe_on, filed_on=on(1, 1), today=today, kind=kind) == stage
    assert is_told_with_the_answer(safe_on=today, answer_on=today)
    assert not is_told_with_the_answer(safe_on=today, answer_on=today + dt.timedelta(days=1))


def test_an_appeal_has_a_clock_after_the_answer(lena: User) -> None:
    case = received(opened(region="US-VA"))
    actor = Actor.staff(lena.pk)
    refuse_subject_request(
        subject_request=case, ground="unfounded", reasons="This is the ninth such request.", actor=actor, now=at(7, 5)
    )
    approve_open(case)
    (row,) = start_appeal_clocks(subject_request=case, appealed_at=at(7, 10), actor=actor, now=at(7, 11))
    assert (row.kind, row.due_on, row.profile) == ("appeal", on(9, 8), "US-VA")
    assert start_appeal_clocks(subject_request=case, appealed_at=at(7, 12), actor=actor, now=at(7, 12)) == []
    assert HistoryRow.objects.get(kind="appeal_clock_started").detail == "2026-09-08"
    (shown,) = due_between(on(9, 1), on(9, 30))
    assert shown.words == f"access {case.reference}: answer the appeal"
    run_reminders(on(9, 7))
    assert told() == [("appeal", "t1")]
    assert [one.pk for one in overdue_before(on(9, 9))] == [case.pk]
    meet_clocks(subject_request=case, kind="appeal", now=at(9, 7))
    run_reminders(on(9, 12))
    assert told() == [("appeal", "t1")] and not overdue_before(on(9, 9)) and not due_between(on(9, 1), on(9, 30))


def test_a_law_without_an_appeal_starts_none(lena: User) -> None:
    case = opened(region="DE")
    assert start_appeal_clocks(subject_request=case, appealed_at=at(7, 9), actor=SYSTEM, now=at(7, 9)) == []


def test_month_and_case_page_show_them(
    lena: User, django_assert_num_queries: DjangoAssertNumQueries, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = opened(region="US-CA", now=at(6, 15))
    client = signed_in(lena)
    month = client.get("/console/dsr/subjectrequest/month/2026/6/").content.decode()
    assert f"{case.reference}</a> access: acknowledge the receipt" in month
    with django_assert_max_num_queries(25):
        page = client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert "Acknowledge the receipt" in page and "Last day to take more time" in page
    assert "15 Jun + 10 working days = 30 Jun" in page
    with django_assert_num_queries(1):
        due_between(on(6, 1), on(7, 31))


def test_the_month_after_an_opt_out_says_when_nobody_asks_again() -> None:
    case = opened("sale_opt_out", region="US-CA")
    SubjectRequest.objects.update(state=State.CLOSED)
    (shown,) = due_between(dt.date(2027, 7, 1), dt.date(2027, 7, 1))
    assert shown.words == f"sale opt out {case.reference}: not asked again before"

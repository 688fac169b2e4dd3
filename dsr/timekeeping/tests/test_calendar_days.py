"""Days added to calendars: kept for good, counted with, named in each trace, and never moving a request unasked."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import Clock, SubjectRequest
from dsr.services.clocks import every_clock_in_force
from dsr.services.recounting import ask_for_recount, proposals, recount_all
from dsr.states import State
from dsr.tests.starting import start_clocks
from dsr.timekeeping.models import CalendarDay
from dsr.timekeeping.selectors import LocalDays, local_days
from dsr.timekeeping.services import add_day
from privacy.audit.models import AppendOnly, AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import InvalidInput
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
TUESDAY = dt.date(2026, 4, 7)  # the day after Easter Monday


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"


@pytest.fixture
def case(make_case: MakeCase) -> SubjectRequest:
    """Received on 5 March 2026: the law waits over Easter until Tuesday, 7 April; our promise is far away."""
    at = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
    row = make_case(received_at=at, filed_at=at, promise_days=90)
    start_clocks(subject_request=row, actor=ANONYMOUS, now=at)
    return row


def add(on: dt.date = TUESDAY, kind: str = "off", calendar: str = "DE", name: str = "State funeral") -> CalendarDay:
    return add_day(calendar=calendar, on=on, kind=kind, name=name, actor=SYSTEM, now=NOW)


def answer(case: SubjectRequest) -> Clock:
    return next(row for row in every_clock_in_force(case) if row.kind == "respond")


def test_a_day_off_moves_the_last_day_when_it_is_counted_again(case: SubjectRequest) -> None:
    assert answer(case).due_on == TUESDAY
    add()
    case.refresh_from_db()
    assert case.due_on == TUESDAY  # nothing moves unasked
    found = proposals(limit=10)
    assert {(one.what, one.old_due_on, one.due_on) for one in found.changes} == {
        (what, TUESDAY, dt.date(2026, 4, 8))
        for what in ("erasure", "erasure: last day to take more time", "erasure: last day to refuse")
    }
    assert recount_all(actor=SYSTEM, now=NOW) == (1, 3)
    row = answer(case)
    assert (row.number, row.due_on, row.safe_on) == (2, dt.date(2026, 4, 8), dt.date(2026, 4, 5))
    assert "Calendar DE@" in row.trace and "+ 1 local day (entry 1)." in row.trace and "entry 1" in row.inputs
    assert Clock.objects.get(kind="respond", number=1).due_on == TUESDAY
    assert recount_all(actor=SYSTEM, now=NOW) == (1, 0)


def test_a_working_day_and_taking_it_back(case: SubjectRequest) -> None:
    monday = dt.date(2026, 4, 6)
    add(monday, "working", name="Decree of 1 March")
    recount_all(actor=SYSTEM, now=NOW)
    assert answer(case).due_on == monday
    add(monday, "back", name="Decree of 2 March")
    recount_all(actor=SYSTEM, now=NOW)
    assert answer(case).due_on == TUESDAY and "local day" not in answer(case).trace
    assert [row.number for row in CalendarDay.objects.order_by("number")] == [1, 2]


def test_a_part_of_a_country_has_its_days_too() -> None:
    add(calendar="DE")
    add(dt.date(2026, 8, 14), calendar="DE-BY", name="Feast of the city")
    found = local_days(["DE", "DE-BY", "FR", "NONE"])
    assert found["DE-BY"].off == {TUESDAY, dt.date(2026, 8, 14)} and found["DE"].off == {TUESDAY}
    assert found["FR"] == LocalDays() and "NONE" not in found


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("calendar", {"calendar": "NONE"}),
        ("calendar", {"calendar": "XX"}),
        ("calendar", {"on": dt.date(2050, 4, 7)}),
        ("kind", {"kind": "lazy"}),
        ("name", {"name": " "}),
        ("on", {"on": dt.date(2026, 4, 6)}),  # Easter Monday is off already
        ("on", {"on": dt.date(2026, 4, 5)}),  # and so is a Sunday
        ("on", {"kind": "working"}),
        ("on", {"kind": "back"}),
    ],
)
def test_what_cannot_be_added_is_named(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(**changes)  # type: ignore[arg-type]  # the test's own keywords
    assert caught.value.field == field and not CalendarDay.objects.exists()


def test_an_entry_is_evidence_that_nobody_changes() -> None:
    add()
    with pytest.raises(AppendOnly):
        CalendarDay.objects.update(on=TUESDAY)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE timekeeping_calendarday SET name = 'other'")
    assert AuditEvent.objects.filter(type="timekeeping.day_added").count() == 1


def test_the_job_counts_every_page_once(case: SubjectRequest, make_case: MakeCase, monkeypatch: object) -> None:
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setattr("dsr.services.recounting.PAGE", 1)
    other = make_case(received_at=case.received_at, filed_at=case.filed_at, promise_days=90)
    start_clocks(subject_request=other, actor=ANONYMOUS, now=case.filed_at)
    closed = make_case(received_at=case.received_at, state=State.CLOSED)
    add()
    for _ in range(2):
        ask_for_recount(actor=SYSTEM, now=clock.now())
    run_until_empty()
    assert Clock.objects.filter(kind="respond", number=2).count() == 2
    assert not Clock.objects.filter(item__subject_request=closed).exists()


def test_the_command_tells_first_and_then_counts(case: SubjectRequest, capsys: pytest.CaptureFixture[str]) -> None:
    add()
    call_command("recount_clocks", "--dry-run")
    out = capsys.readouterr().out
    assert f"{case.reference} erasure: 2026-04-07 → 2026-04-08" in out and "Nothing was changed." in out
    assert answer(case).number == 1
    call_command("recount_clocks")
    assert "1 open requests looked at, 3 counts added" in capsys.readouterr().out


def test_from_the_console(
    case: SubjectRequest, lena: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    keeper = make_user("kim@kept.example", "keep_calendars", "work_subject_request", is_staff=True)
    client, base = signed_in(keeper), "/console/timekeeping/calendarday/"
    assert "Add a day" in client.get(base).content.decode()
    values = {"calendar": "DE", "on": "2026-04-07", "kind": "off", "name": "State funeral"}
    assert (
        "Nobody works on this day already"
        in client.post(f"{base}add/", {**values, "on": "2026-04-06"}).content.decode()
    )
    answer_ = client.post(f"{base}add/", values, follow=True).content.decode()
    assert "Entry 1 is kept" in answer_ and case.reference in answer_ and "2026-04-08" in answer_
    with django_assert_max_num_queries(20):
        client.get(f"{base}recount/")
    client.post(f"{base}recount/")
    run_until_empty()
    assert answer(case).due_on == dt.date(2026, 4, 8)
    assert "State funeral" in client.get(base).content.decode()
    for path in (base, f"{base}add/", f"{base}recount/"):
        assert signed_in(lena).get(path).status_code in {302, 403}


def test_who_added_a_day_stands_with_it(lena: User) -> None:
    row = add_day(calendar="DE", on=TUESDAY, kind="off", name="Strike", actor=Actor.staff(lena.pk), now=NOW)
    assert row.added_by == lena.pk and row.row_hash == row.compute_hash()

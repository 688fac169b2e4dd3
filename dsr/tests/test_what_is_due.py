"""What is due, on the dashboard and in the queue: by due date, in words, with a fixed number of queries."""

import datetime as dt
import re
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.panels import requests
from dsr.selectors import waiting_for_whom
from dsr.services.clocks import note_clock_event
from dsr.states import State
from dsr.tests.starting import start_clocks
from privacy.console.dashboard import Panel
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS
from privacy.policy.selectors import today as local_today
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WEDNESDAY = dt.datetime(2026, 7, 8, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def utc(settings: Settings) -> None:
    settings.KEPT_TIME_ZONE = "UTC"


@pytest.fixture
def due_in(make_case: MakeCase) -> Callable[..., SubjectRequest]:
    """A case that is due so many days after Wednesday 8 July."""

    def make(days: int, safe: int | None = None, **fields: object) -> SubjectRequest:
        due_on, safe_on = (
            WEDNESDAY.date() + dt.timedelta(days=each) for each in (days, days if safe is None else safe)
        )
        return make_case(due_on=due_on, safe_on=safe_on, **fields)

    return make


def today(days: int = 0) -> dt.date:
    return local_today() + dt.timedelta(days=days)


def bars(chart: object) -> dict[str, int]:
    text = re.search(r"<desc>(.*)</desc>", str(chart))
    assert text
    return {label: int(count) for label, count in (part.split(": ") for part in text.group(1).split(", "))}


def due_panel(now: dt.datetime) -> Panel:
    return requests(now)[0]


def test_the_panel_counts_overdue_soon_and_later_by_week(due_in: MakeCase) -> None:
    for days in (-9, -1, 0, 7, 8, 40, 400):
        due_in(days)
    due_in(3, safe=-2)  # past its safe day and not overdue
    due_in(-20, state=State.CLOSED)
    shown = due_panel(WEDNESDAY)
    assert (shown.question, shown.figure, shown.tone) == ("due", "2 overdue", "danger")
    assert shown.text == "3 later."
    assert [words for words, _ in shown.links] == ["2 due today", "2 due in 3 days", "3 due in 7 days"]
    assert bars(shown.chart) == {
        "late": 2,
        "6.7.": 2,
        "13.7.": 2,
        "20.7.": 0,
        "27.7.": 0,
        "3.8.": 0,
        "later": 2,
    }


def test_the_panel_leads_to_what_is_due_today_in_three_and_in_seven_days(
    make_case: MakeCase, lena: User, settings: Settings
) -> None:
    for days in (-1, 0, 2, 3, 5, 7, 8):
        make_case(reference=f"K-D{days}", due_on=today(days), safe_on=today(days))
    make_case(reference="K-SAFE", due_on=today(9), safe_on=today(-2))  # past its safe day, and not overdue
    make_case(reference="K-DONE", due_on=today(), safe_on=today(), state=State.CLOSED)
    client = signed_in(lena)
    shown = due_panel(clock.now())
    inside = {0: {"K-D0", "K-SAFE"}, 3: {"K-D2", "K-D3"}, 7: {"K-D5", "K-D7"}}
    expected: set[str] = set()
    for (words, address), (days, more) in zip(shown.links, inside.items(), strict=True):
        expected |= more
        page = client.get(address).content.decode()
        assert set(re.findall(r"K-(?:D-?\d+|SAFE|DONE)", page)) == expected
        assert words.startswith(f"{len(expected)} due ") and address.endswith(f"?show=due_{days}")
        assert f'href="{address}"' in client.get("/console/").content.decode()


def test_the_panel_is_calm_where_nothing_presses_and_loud_where_a_date_is_missing(
    due_in: MakeCase, make_case: MakeCase
) -> None:
    assert (due_panel(WEDNESDAY).figure, due_panel(WEDNESDAY).tone) == ("0 overdue", "ok")
    due_in(20)
    assert due_panel(WEDNESDAY).tone == "ok"
    due_in(5)
    assert due_panel(WEDNESDAY).tone == "warn"
    make_case()
    shown = due_panel(WEDNESDAY)
    assert shown.tone == "danger" and shown.text.endswith("1 without a due date.")


def test_whose_move_it_is(make_case: MakeCase) -> None:
    for state in (State.UNCONFIRMED, State.PREPARED, State.RUNNING, State.BLOCKED, State.CLOSED, State.RECEIVED):
        make_case(state=state)
    asked = make_case(identity_level="V0")
    note_clock_event(subject_request=asked, name="identity_requested", actor=ANONYMOUS, now=clock.now())
    answered = make_case()
    for name in ("clarification_requested", "clarification_received"):
        note_clock_event(subject_request=answered, name=name, actor=ANONYMOUS, now=clock.now())
    found = waiting_for_whom()
    assert (found.us, found.person, found.second, found.system) == (2, 2, 1, 2)
    shown = requests(clock.now())[1]
    assert (shown.figure, shown.title) == ("2", "Requests that wait for us")
    assert shown.text == "Others wait: 2 for the person, 1 for a second person, 2 for a system."


def test_whom_a_request_waits_for_is_read_from_the_request_and_not_from_the_history(make_case: MakeCase) -> None:
    """As many questions and rows of history, and not one look into the history for each open request."""
    asked = make_case(identity_level="V0")
    for _ in range(3):
        make_case()
    note_clock_event(subject_request=asked, name="identity_requested", actor=ANONYMOUS, now=clock.now())
    with CaptureQueriesContext(connection) as captured:
        assert waiting_for_whom().person == 1
    (only,) = captured.captured_queries
    assert HistoryRow._meta.db_table not in only["sql"]
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # of five rows it would read all
        cursor.execute(f"{explain} {only['sql'].replace('%', '%%')}", [])
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert (
        re.search(r"(INDEX|Index Only Scan using|Bitmap Index Scan on) \w*", plan)
        and "SCAN dsr_subjectrequest'" not in plan
    )
    note_clock_event(subject_request=asked, name="identity_confirmed", actor=ANONYMOUS, now=clock.now())
    assert waiting_for_whom().person == 0


def test_what_was_asked_before_the_mark_existed_is_marked_by_the_history(make_case: MakeCase) -> None:
    asked, answered, silent = make_case(), make_case(), make_case()
    for case in (asked, answered):
        note_clock_event(subject_request=case, name="clarification_requested", actor=ANONYMOUS, now=clock.now())
    note_clock_event(subject_request=answered, name="clarification_received", actor=ANONYMOUS, now=clock.now())
    SubjectRequest.objects.update(awaits_person=False)
    import_module("dsr.migrations.0017_what_the_history_says").note(apps, None)
    marked = SubjectRequest.objects.filter(awaits_person=True)
    assert list(marked) == [asked] and silent not in marked


def test_the_dashboard_shows_both_to_legal_only(
    make_case: MakeCase, lena: User, omar: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(lena)
    for _ in range(5):
        make_case(due_on=today(), safe_on=today())
    page = client.get("/console/").content.decode()
    assert "Requests that wait for us" in page and "Open requests by the week in which they are due" in page
    with django_assert_max_num_queries(2):
        requests(clock.now())  # both of these panels, and two more
    with django_assert_max_num_queries(1):
        waiting_for_whom()
    assert "Requests that wait for us" not in signed_in(omar).get("/console/", follow=True).content.decode()


def test_the_queue_by_due_date_with_the_clock_in_words(
    make_case: MakeCase, lena: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ages = {"K-LATE": 40, "K-SOON": 25, "K-NEW": 1, "K-OLD": 28}
    for reference, age in ages.items():
        received_at = clock.now() - dt.timedelta(days=age)
        case = make_case(reference=reference, received_at=received_at)
        start_clocks(subject_request=case, actor=ANONYMOUS, now=received_at)
    client, path = signed_in(lena), "/console/dsr/subjectrequest/"
    page = client.get(path).content.decode()
    places = [page.index(reference) for reference in ("K-LATE", "K-OLD", "K-SOON", "K-NEW")]
    assert places == sorted(places)
    assert "We promise an answer within 30 days" in page and f"30 days as we promise, from {today(-1)}" in page
    assert "10 over" in page and "29 left" in page
    assert "K-LATE" in (late := client.get(f"{path}?show=overdue").content.decode()) and "K-SOON" not in late
    case = SubjectRequest.objects.get(reference="K-NEW")
    for name in ("identity_requested", "identity_confirmed"):
        note_clock_event(subject_request=case, name=name, actor=ANONYMOUS, now=clock.now())
    assert "added" not in client.get(path).content.decode()  # the words of the clock in force, not of an older one
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for _ in range(5):
        start_clocks(subject_request=make_case(), actor=ANONYMOUS, now=clock.now())
    with django_assert_num_queries(len(few)):
        client.get(path)
    assert len(few) < QUEUE_QUERIES


QUEUE_QUERIES = 12  # session, user, rights, counts, rows, items, clocks and the like: for four cases and for nine


def test_the_panel_says_which_are_mine_and_which_nobodys(due_in: Callable[..., SubjectRequest], lena: User) -> None:
    due_in(3, assigned_to=lena.pk)
    due_in(9)
    due_in(9, assigned_to=lena.pk, state=State.CLOSED)
    client = signed_in(lena)
    page = client.get("/console/").content.decode()
    for words, owner, number in (("1 mine", "me", 1), ("1 nobody&#x27;s yet", "nobody", 1)):
        address = f"/console/dsr/subjectrequest/?owner={owner}"
        assert f'<a href="{address}">{words}</a>' in page
        assert len(client.get(address).context["cl"].result_list) == number

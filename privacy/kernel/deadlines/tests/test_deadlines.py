"""How a deadline is counted: rule by rule, and what holds for every input."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.kernel.deadlines import Event, Inputs, compute_deadline
from privacy.kernel.deadlines.cases import Checked, check_cases
from privacy.kernel.deadlines.counting import add_months
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import InvalidInput

OWN = Path(__file__).with_name("cases.csv")
BESIDE = Path(__file__).resolve().parents[5] / "shared" / "facts" / "deadline-cases.csv"
SHARED = Path(os.environ.get("KEPT_DEADLINE_CASES", BESIDE))
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def inputs(**changes: object) -> Inputs:
    values: dict[str, object] = {
        "regime": "EU-GDPR",
        "kind": "access",
        "received_at": NOON,
        "zone": "Europe/Berlin",
        "calendar": "DE",
    }
    return Inputs(**{**values, **changes})  # type: ignore[arg-type]  # the test's own keywords


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


@pytest.mark.parametrize("case", list(check_cases(OWN)), ids=lambda case: f"line{case.line}")
def test_own_cases(case: Checked) -> None:
    assert case.computed == case.expected


def test_a_pause_from_before_the_period_and_one_after_it_are_named() -> None:
    late = (Event("clarification_requested", on(4, 10)), Event("clarification_received", on(4, 20)))
    found = compute_deadline(inputs(events=late))
    assert "The question of Fri 10 Apr 2026 came after the period had ended, so it adds nothing." in found.trace
    waiting = compute_deadline(inputs(events=(Event("identity_requested", on(3, 4)),)))
    assert "We asked for identity on Wed 4 Mar 2026; the days until the answer will be added." in waiting.trace
    counted = compute_deadline(inputs(events=(Event("identity_requested", on(3, 4)),), as_of=on(3, 14)))
    assert (waiting.due_on, counted.due_on) == (on(4, 2), on(4, 13))  # 12 April is a Sunday


def test_the_trace_tells_every_step() -> None:
    found = compute_deadline(inputs(received_at=dt.datetime(2026, 7, 1, 23, tzinfo=dt.UTC), flags={"promise_30d"}))
    assert found.trace == (
        "Received Thu 2 Jul 2026 (Europe/Berlin).",
        "Counted by GDPR Art. 12(3), Reg. (EEC) 1182/71, EDPB Guidelines 01/2022.",
        "1 month later is Sun 2 Aug 2026.",
        "That is a weekend or a holiday in DE, so it moves to Mon 3 Aug 2026.",
        "We promise an answer within 30 days: Sat 1 Aug 2026.",
        "Due Sat 1 Aug 2026.",
    )
    assert (found.rule_version, found.calendar_version.partition("@")[0]) == ("EU-GDPR@2018-05-25", "DE")
    assert (found.statute_on, found.promise_on) == (on(8, 3), on(8, 1))


def test_a_stricter_promise_of_the_policy_counts() -> None:
    found = compute_deadline(inputs(flags=frozenset({"promise_30d"}), promise_days=14))
    assert found.due_on == found.safe_on == on(3, 16)
    assert compute_deadline(inputs(promise_days=14)).promise_on is None


def test_safe_is_before_a_weekend_and_before_a_pause_that_can_be_doubted() -> None:
    rolled = compute_deadline(inputs(received_at=dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)))
    assert (rolled.due_on, rolled.safe_on) == (on(4, 7), on(4, 5))
    asked = (Event("clarification_requested", on(3, 3)), Event("clarification_received", on(3, 13)))
    doubted = compute_deadline(inputs(events=asked, flags=frozenset({"promise_30d"})))
    assert (doubted.due_on, doubted.safe_on) == (on(4, 11), on(4, 1))
    assert doubted.promise_on == on(4, 11)


def test_an_extension_that_does_not_count_is_reported() -> None:
    found = compute_deadline(inputs(events=(Event("extended", on(4, 3)),)))
    assert found.rejected and found.rejected[0] in found.trace
    quebec = compute_deadline(inputs(regime="CA-QC-LAW25", calendar="NONE", events=(Event("extended", on(3, 9)),)))
    assert quebec.rejected == ("This law knows no extension, so it does not count.",)
    notice = compute_deadline(inputs(kind="access/extension_notice", events=(Event("extended", on(3, 9)),)))
    assert notice.rejected == () and notice.due_on == on(4, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"regime": "EU-DREAM"}, "profile"),
        ({"kind": "teleportation"}, "type"),
        ({"kind": "access/nothing"}, "type"),
        ({"calendar": "XX"}, "calendar"),
        ({"received_at": NOON.replace(year=2036)}, "calendar"),
        ({"received_at": NOON.replace(year=2035, month=12, day=15)}, "calendar"),  # the last day falls outside
        ({"received_at": NOON.replace(tzinfo=None)}, "received_at"),
        ({"zone": "Europe/Atlantis"}, "timezone"),
        ({"zone": "../etc/passwd"}, "timezone"),
        ({"events": (Event("bribed", NOON.date()),)}, "events"),
        ({"events": (Event("extended", NOON.date(), "maybe"),)}, "events"),
        ({"flags": frozenset({"promise_1d"})}, "events"),
    ],
)
def test_what_is_not_known_is_an_error_that_names_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        compute_deadline(inputs(**changes))
    assert caught.value.field == field


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))
NAMES = ("identity_requested", "identity_confirmed", "clarification_requested", "clarification_received", "extended")
EVENTS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(-5, 70)), max_size=6)
LAWS = sorted({(code, right) for code, law in PROFILES.items() if law.respond for right in law.rights})


@given(DAYS, EVENTS, st.sampled_from(LAWS), st.booleans(), st.sampled_from(["DE", "GB-ENG", "NONE"]))
def test_safe_is_never_after_due(
    day: dt.date, happened: list[tuple[str, int]], law: tuple[str, str], promised: bool, calendar: str
) -> None:
    found = compute_deadline(
        inputs(
            regime=law[0],
            kind=law[1],
            received_at=dt.datetime.combine(day, dt.time(12), dt.UTC),
            calendar=calendar,
            events=tuple(Event(name, day + dt.timedelta(days=after)) for name, after in happened),
            flags=frozenset({"promise_30d"} if promised else set()),
        )
    )
    assert day < found.safe_on <= found.due_on <= found.statute_on
    assert found.promise_on is None or found.due_on <= found.promise_on
    assert found.trace[-1].startswith("Due ")


@given(DAYS, EVENTS)
def test_the_order_in_which_events_are_told_does_not_matter(day: dt.date, happened: list[tuple[str, int]]) -> None:
    events = tuple(Event(name, day + dt.timedelta(days=after)) for name, after in sorted(set(happened)))
    at = dt.datetime.combine(day, dt.time(12), dt.UTC)
    one = compute_deadline(inputs(received_at=at, events=events))
    other = compute_deadline(inputs(received_at=at, events=events[::-1]))
    assert (one.due_on, one.safe_on) == (other.due_on, other.safe_on)


@given(DAYS, st.integers(1, 24))
def test_months_keep_the_day_or_take_the_last_one(day: dt.date, number: int) -> None:
    end = add_months(day, number)
    assert end.day == day.day or (end + dt.timedelta(days=1)).day == 1
    assert (end.year - day.year) * 12 + end.month - day.month == number


@pytest.mark.skipif(not SHARED.exists(), reason="the golden cases are not there")
def test_the_golden_cases() -> None:
    wrong = [case for case in check_cases(SHARED) if not case.matches]
    assert not wrong

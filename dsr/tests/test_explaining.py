"""A due date in one line for legal, and in plain words for the person, in their language."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from dsr.explaining import plain_trace, short_trace
from dsr.models import Clock, SubjectRequest
from dsr.services.clocks import clocks_in_force, note_clock_event
from dsr.tests.starting import start_clocks
from privacy.kernel.actors import ANONYMOUS

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture
def counted(make_case: MakeCase, settings: Settings) -> Callable[..., Clock]:
    """The clock of a case of a day, after these events."""
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"

    def make(month: int, day: int, *events: tuple[str, int, int], promise: int = 90) -> Clock:
        case = make_case(received_at=_at(month, day), filed_at=_at(month, day), promise_days=promise)
        start_clocks(subject_request=case, actor=ANONYMOUS, now=_at(month, day))
        for name, its_month, its_day in events:
            now = _at(its_month, its_day)
            note_clock_event(subject_request=case, name=name, actor=ANONYMOUS, now=now)
        return clocks_in_force(case)[0]

    return make


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)


def test_a_line_that_a_lawyer_can_follow(counted: Callable[..., Clock]) -> None:
    row = counted(7, 1, ("identity_requested", 7, 1), ("identity_confirmed", 7, 7))
    assert short_trace(row) == "1 Jul + 1 month = 1 Aug; + 6 days paused = 7 Aug"
    row = counted(6, 1, ("identity_requested", 6, 3), ("identity_confirmed", 6, 13))
    assert short_trace(row) == "1 Jun + 1 month = 1 Jul; + 10 days paused = 11 Jul; Sat → Mon 13 Jul; safe 11 Jul"
    row = counted(1, 31, ("extended", 2, 20))
    assert short_trace(row) == "31 Jan + 3 months = 30 Apr (extended)"
    row = counted(7, 1, promise=30)
    assert short_trace(row) == "1 Jul + 1 month = 1 Aug; Sat → Mon 3 Aug; promise 31 Jul"


def test_plain_words_for_the_person(counted: Callable[..., Clock]) -> None:
    row = counted(6, 1, ("identity_requested", 6, 3), ("identity_confirmed", 6, 13))
    assert plain_trace(row) == (
        "Your request reached us on 1 June 2026. The law gives us 1 month: until 1 July 2026. "
        "We waited 10 days for your answer, which are added: 11 July 2026. "
        "That is a weekend or a public holiday, so the law lets us answer until 13 July 2026. "
        "You get our answer by 13 July 2026 at the latest."
    )
    row = counted(1, 31, ("extended", 2, 20))
    assert "On 20 February 2026 we told you that we need more time" in plain_trace(row)
    assert "We promise you an answer by 31 July 2026." in plain_trace(counted(7, 1, promise=30))


def test_the_months_are_in_the_language_in_use(counted: Callable[..., Clock]) -> None:
    with translation.override("de"):
        assert "31 Juli 2026" in plain_trace(counted(7, 1, promise=30))


def test_a_count_from_before_the_steps_were_kept_is_told_by_its_trace(counted: Callable[..., Clock]) -> None:
    row = counted(7, 1)
    row.steps = "{}"
    assert (short_trace(row), plain_trace(row)) == ("", row.trace)


def test_where_the_clock_starts_later(counted: Callable[..., Clock], settings: Settings) -> None:
    row = counted(3, 2)
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR = "UK-GDPR", "GB-ENG"
    row = counted(3, 2, ("identity_requested", 3, 3), ("identity_confirmed", 3, 10))
    assert short_trace(row).startswith("received 2 Mar, starts 10 Mar; 10 Mar + 1 month = 10 Apr")
    assert "The time to answer starts on 10 March 2026" in plain_trace(row)

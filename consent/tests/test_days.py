"""Decisions by the day equal a recount, however often, late or out of order the counting ran."""

import datetime as dt
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from consent.models import ConsentEvent
from consent.reports import rollup
from consent.reports.models import ConsentDay, Counted
from consent.reports.rollup import KEYS, by_day, count_more
from consent.services import How
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.audit.models import SealMember
from privacy.audit.sealing import seal_pending
from privacy.jobs.periodic import tick
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def counted() -> dict[tuple[Any, ...], int]:
    return {tuple(getattr(row, key) for key in KEYS): row.count for row in ConsentDay.objects.all()}


def recounted() -> dict[tuple[Any, ...], int]:
    return {tuple(row[key] for key in KEYS): row["found"] for row in by_day(ConsentEvent.objects.all())}


def count_all() -> int:
    total = 0
    while (more := count_more(now=clock.now())) is not None:
        total += more
    return total


def some_days(*users: User, start: dt.datetime = NOON, days: int = 4) -> None:
    for number in range(days):
        for user in users:
            at = start + number * DAY
            choose(user, "newsletter", allow=number % 2 == 0, now=at, how=How(Door.SIGNED_IN, site=f"s{number % 2}"))
            choose(user, "click_tracking", allow=False, now=at, how=How(Door.LINK, language="de"))


def test_counts_equal_a_recount_in_portions_twice_and_after_downtime(
    alice: User, bob: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "AT_ONCE", 3)
    some_days(alice)
    seal_pending(now=NOON)
    assert count_all() == ConsentEvent.objects.count()
    assert counted() == recounted() != {}
    assert count_all() == 0 and counted() == recounted()
    some_days(bob, start=NOON - 400 * DAY)  # a clock that was set back, or a month of downtime: no matter
    assert count_all() == 0, "what is not sealed yet waits"
    seal_pending(now=NOON)
    count_all()
    assert counted() == recounted() and sum(counted().values()) == ConsentEvent.objects.count()


def test_words_said_earlier_count_on_the_day_they_were_written_down(alice: User, demo_policy: Any) -> None:
    how = How(Door.AGENT, said_at=NOON - 90 * DAY)
    choose(alice, "newsletter", allow=False, how=how, now=NOON)
    seal_pending(now=NOON)
    count_all()
    [(key, count)] = counted().items()
    assert (key[0], key[2], key[3], count) == (NOON.date(), "refused", "agent", 1)


def test_a_day_is_a_day_where_the_controller_is(alice: User, demo_policy: Any, settings: Settings) -> None:
    settings.KEPT_TIME_ZONE = "Asia/Kolkata"
    choose(alice, "newsletter", allow=True, now=dt.datetime(2026, 2, 1, 20, tzinfo=dt.UTC))
    seal_pending(now=NOON)
    count_all()
    assert ConsentDay.objects.get().day == dt.date(2026, 2, 2)


def test_an_event_that_commits_late_is_counted_by_its_own_seal(alice: User, bob: User, demo_policy: Any) -> None:
    """Its number in the log is lower than what is counted already; its seal is not."""
    choose(alice, "newsletter", allow=True, now=NOON)
    choose(bob, "newsletter", allow=True, now=NOON)
    seal_pending(now=NOON)
    count_all()
    newest = SealMember.objects.order_by("-event_id").first()
    assert newest is not None and Counted.objects.get().seal == newest.seal_id
    choose(alice, "newsletter", allow=False, now=NOON - DAY)
    seal_pending(now=NOON)
    count_all()
    assert counted() == recounted()


def test_the_job_counts_and_a_crash_between_changes_nothing(
    alice: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_days(alice)
    seal_pending(now=NOON)

    def broken(found: Any) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken_once:
        broken_once.setattr(rollup, "_add", broken)
        with pytest.raises(RuntimeError):
            count_more(now=NOON)
    assert counted() == {}
    tick(clock.now())
    run_until_empty()
    assert counted() == recounted() != {}

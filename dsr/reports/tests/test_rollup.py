"""The kept figures of a year are those of its rows, whoever changed what and whenever it was counted."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.models import ReportMark, ReportYear, RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.reports import keeping, rollup
from dsr.reports.keeping import as_text, from_text
from dsr.reports.reading import PLACES
from dsr.reports.rollup import count_more, count_year, figures_of
from dsr.reports.tests.test_reports import PAGE, YEAR, answered, noon
from dsr.services.choosing_law import change_law
from dsr.services.deciding import carry_refusal
from dsr.services.moving import note_history
from dsr.services.reopening import reopen
from dsr.tests.starting import start_clocks
from privacy.audit.sealing import seal_pending
from privacy.jobs.periodic import tick
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.testing.cast import signed_in
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
LATER = dt.datetime(YEAR, 12, 30, 12, tzinfo=dt.UTC)


def count(now: dt.datetime = LATER) -> int:
    seal_pending(now=now)
    return count_more(now=now)


def kept() -> dict[tuple[int, str], str]:
    return {(row.year, row.place): row.figures for row in ReportYear.objects.all()}


def recounted() -> dict[tuple[int, str], str]:
    years = {year for year, _ in kept()}
    return {(year, place): as_text(count_year(year)[place]) for year in years for place in PLACES}


def some_years() -> SubjectRequest:
    """Requests of three years; one of them, of the last year but one."""
    answered(noon(6, 1), 10, region="US-CA")
    answered(noon(3, 1, YEAR - 1), 31, outcome="refused", ground="unfounded")
    return answered(noon(12, 20, YEAR - 2), 20, outcome="partly")


def test_what_is_kept_reads_back_as_it_was_counted() -> None:
    some_years()
    for figures in (count_year(YEAR)["all"], count_year(YEAR)["california"], count_year(YEAR - 5)["all"]):
        assert from_text(as_text(figures)) == figures


def test_only_years_that_a_change_can_touch_are_counted_again(lena: User) -> None:
    old = some_years()
    assert count() == 3 and kept() == recounted() and len(kept()) == 3 * len(PLACES)
    closed_year = kept()[YEAR - 2, "all"]
    assert count(LATER + dt.timedelta(minutes=5)) == 0, "nothing happened"
    new = answered(noon(12, 28), None)
    note_history(subject_request=new, kind="extended", actor=SYSTEM, now=LATER)
    assert count() == 1 and kept() == recounted(), "a request of this year touches this year alone"
    assert json.loads(kept()[YEAR, "all"])["happened"]["extended"] == 1 and kept()[YEAR - 2, "all"] == closed_year
    item = RequestItem.objects.filter(subject_request=old)
    item.update(outcome="refused", ground="unfounded")
    assert count() == 0 and kept() != recounted(), "what leaves no row of history is no change of a request"
    note_history(subject_request=old, kind="item_answered", actor=SYSTEM, now=LATER)
    assert count() == 3 and kept() == recounted() and kept()[YEAR - 2, "all"] == closed_year  # decided the year after


def test_acts_of_staff_come_into_the_figures(lena: User, nora: User, demo_policy: Any) -> None:
    """Through the services as the pages call them: whatever they change, the next count knows."""
    staff, now = Actor.staff(lena.pk), clock.now()
    case = CaseFactory.create()
    start_clocks(subject_request=case, actor=SYSTEM, now=now)
    count(now)

    def told(act: Callable[..., object], **more: Any) -> None:
        before = kept()
        act(now=now, **more)
        assert count(now) >= 1 and kept() == recounted() != before

    told(change_law, subject_request=case, actor=staff, region="US-CA", reason="They wrote that they live there.")
    case.refresh_from_db()
    told(carry_refusal, case=case, actor=staff, decided_by=staff, decision=Decision("refused", "x" * 40, "unfounded"))
    case.refresh_from_db()
    again = {"rights": ["erasure"], "reason": "our_mistake"}
    told(reopen, subject_request=case, actor=staff, **again)


def test_what_commits_late_is_counted_by_its_own_seal() -> None:
    some_years()
    count()
    late = answered(noon(2, 1), 3)
    note_history(subject_request=late, kind="item_answered", actor=SYSTEM, now=LATER - dt.timedelta(days=9))
    assert count() == 1 and kept() == recounted()


def test_killed_in_between_or_overtaken_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    case = some_years()
    count()
    note_history(subject_request=case, kind="extended", actor=SYSTEM, now=LATER)
    seal_pending(now=LATER)
    before, real = kept(), rollup._keep

    def broken(*given: Any) -> None:
        real(*given)
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken_once:
        broken_once.setattr(rollup, "_keep", broken)
        with pytest.raises(RuntimeError):
            count_more(now=LATER)
    assert kept() == before

    def overtaken() -> None:
        ReportMark.objects.update(at=LATER + dt.timedelta(seconds=1))

    assert count_more(now=LATER, progress=overtaken) == 0 and kept() == before
    assert count_more(now=LATER) == 3 and kept() == recounted() != before


def test_another_time_zone_or_way_of_counting_counts_everything_again(settings: Any, monkeypatch: Any) -> None:
    answered(dt.datetime(YEAR, 1, 31, 20, tzinfo=dt.UTC), 0)
    count()
    before = kept()
    settings.KEPT_TIME_ZONE = "America/Los_Angeles"
    assert figures_of(YEAR, "all", now=LATER).changed_at is None, "what was counted otherwise is not shown"
    assert count() == 1 and kept() == recounted() != before
    monkeypatch.setattr(keeping, "SHAPE", keeping.SHAPE + 1)
    assert count() == 1 and count() == 0


def test_the_page_says_as_of_when(lena: User, settings: Any) -> None:
    client, now = signed_in(lena), clock.now()
    answered(noon(1, 10), 10)
    assert "counted for this page" in client.get(PAGE, {"year": YEAR}).content.decode()
    tick(now)
    run_until_empty()
    [at] = ReportMark.objects.values_list("at", flat=True)
    answered(noon(1, 11), 10)  # not counted yet
    page = client.get(PAGE, {"year": YEAR}).content.decode()
    assert f"As of {at:%Y-%m-%d %H:%M} UTC, counted every five minutes" in page and "last changed at" in page
    table = list(csv.reader(io.StringIO(client.get(f"{PAGE}{YEAR}.csv").content.decode())))
    assert ["As of (UTC)", f"{at:%Y-%m-%d %H:%M}"] in table and ["Requests received", "1"] in table
    ReportMark.objects.update(at=now - dt.timedelta(hours=2))
    assert "and not since" in client.get(PAGE, {"year": YEAR}).content.decode()
    assert "counted for this page" in client.get(PAGE, {"year": YEAR - 4}).content.decode()

"""Reports count what was received and answered in a year, without the demo and without anybody's name."""

import csv
import datetime as dt
import io
from typing import Any

import pytest

from accounts.models import User
from dsr.models import Clock, RequestItem, SubjectRequest, SystemAnswer
from dsr.reports.figures import ccpa_7102, report_of, spread
from dsr.reports.reading import asked_in, bounds, check_year, of_place
from dsr.reports.rollup import count_year
from dsr.retained.models import RetainedSet
from dsr.services.moving import note_history
from dsr.states import Channel, Right, State
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import InvalidInput
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
YEAR = 2024
PAGE = "/console/dsr/subjectrequest/reports/"
NUMBERS = iter(range(10_000))


def noon(month: int, day: int, year: int = YEAR) -> dt.datetime:
    return dt.datetime(year, month, day, 12, tzinfo=dt.UTC)


def answered(received: dt.datetime, days: int | None, *, right: str = "access", **more: Any) -> SubjectRequest:
    """A request of one right that was answered after so many days (None: not yet), due after 30."""
    item = {name: more.pop(name) for name in ("outcome", "ground") if name in more}
    decided = received + dt.timedelta(days=days) if days is not None else None
    values = {"channel": Channel.WEB, "state": State.CLOSED if decided else State.RECEIVED, "closed_at": decided}
    case = SubjectRequest.objects.create(
        reference=f"R-{next(NUMBERS):05d}", received_at=received, **{**values, "home_regime": "EU", **more}
    )
    row = RequestItem.objects.create(
        subject_request=case, right=right, decided_at=decided, **({"outcome": "fulfilled"} if decided else {}) | item
    )
    due = (received + dt.timedelta(days=30)).date()
    Clock.objects.create(item=row, profile="EU", calendar="none", rule_version="1", due_on=due, safe_on=due)
    return case


def test_what_was_received_and_answered_in_the_year_is_counted(lena: User) -> None:
    answered(noon(1, 10), 10)
    answered(noon(1, 20), 31, outcome="refused", ground="unfounded")  # answered in February, late
    answered(noon(3, 1), None, right="erasure", channel=Channel.POST)
    answered(noon(5, 1), 4, right="complaint")
    answered(noon(12, 20, YEAR - 1), 20)  # received the year before
    answered(noon(12, 20), 20)  # answered the year after
    answered(noon(6, 1), 5, outcome="referred", state=State.REFERRED)
    answered(noon(6, 2), 5, is_demo=True)
    report = report_of(YEAR, asked_in(YEAR))
    assert (report.received, report.in_time, report.late, report.on_time_rate) == (6, 3, 1, 75.0)
    assert (report.answered.count, report.answered.median, report.answered.mean) == (4, 15.0, 16.2)
    assert report.received_by_month["Jan"] == 2 and report.received_by_month["Feb"] == 0
    assert (report.answered_by_month["Jan"], report.answered_by_month["Feb"]) == (2, 1)
    assert report.by_channel == {"web": 5, "post": 1} and report.by_regime == {"EU": 6}
    assert report.refusals == {"unfounded": 1} and report.by_outcome["referred"] == 1
    assert report.complaint_rate == 16.7


def test_what_only_one_system_kept_is_counted_by_its_ground(lena: User) -> None:
    copy = answered(noon(1, 10), 10, outcome="partly").items.get()
    for system, ground in (("crm", "rights_of_others"), ("shop", "rights_of_others"), ("mail", "")):
        SystemAnswer.objects.create(item=copy, system=system, label=system, answer="retained", ground=ground)
    erased = answered(noon(2, 1), 5, right="erasure", outcome="partly", region="US-CA")
    for position, (system, is_held) in enumerate([("shop", False), ("shop", False), ("kept", True), ("kept", False)]):
        values = {"handler": system, "label": system, "table": f"t{position}", "rows": 3, "is_held": is_held}
        ground = "accountability" if system == "kept" and not is_held else "legal_claims"
        RetainedSet.objects.create(subject_request=erased, position=position, system=system, ground=ground, **values)
    later = answered(noon(12, 20), 20, outcome="partly").items.get()  # answered the year after
    SystemAnswer.objects.create(item=later, system="crm", label="crm", answer="retained", ground="legal_claims")
    with_demo = answered(noon(3, 1), 5, outcome="partly", is_demo=True).items.get()
    SystemAnswer.objects.create(item=with_demo, system="crm", label="crm", answer="retained", ground="legal_claims")
    found = count_year(YEAR)
    assert found["all"].report.stayed == {"rights_of_others": 2, "legal_claims": 2}
    assert found["california"].report.stayed == {"legal_claims": 2} and found["all"].report.refusals == {}
    table = list(csv.reader(io.StringIO(signed_in(lena).get(f"{PAGE}{YEAR}.csv").content.decode())))
    assert ["What single systems kept, by ground"] in table
    assert [row for row in table if row[:1] == ["rights of others"]] == [
        ["rights of others", "Art. 15(4), 20(4) GDPR", "2"]
    ]


def test_days_and_years_are_those_of_the_house(settings: Any) -> None:
    settings.KEPT_TIME_ZONE = "Asia/Kolkata"
    answered(dt.datetime(YEAR - 1, 12, 31, 20, tzinfo=dt.UTC), 0)  # already the new year there
    answered(dt.datetime(YEAR, 12, 31, 20, tzinfo=dt.UTC), 0)
    report = report_of(YEAR, asked_in(YEAR))
    assert (report.received, report.answered.count, report.received_by_month["Jan"]) == (1, 1, 1)
    assert bounds(YEAR)[0] == dt.datetime(YEAR - 1, 12, 31, 18, 30, tzinfo=dt.UTC)


def test_the_figures_of_section_7102(lena: User) -> None:
    californian = {"region": "US-CA", "regime": "US-CA-CCPA"}
    answered(noon(2, 1), 10, right=Right.ACCESS, **californian)
    answered(noon(2, 1), 20, right=Right.PORTABILITY, outcome="partly", **californian)
    answered(noon(2, 1), 30, right=Right.ACCESS, outcome="refused", ground="unfounded", **californian)
    answered(noon(2, 1), 6, right=Right.ERASURE, outcome="nothing_held", **californian)
    answered(noon(2, 1), None, right=Right.ERASURE, state=State.EXPIRED, closed_at=noon(3, 1), **californian)
    answered(noon(2, 1), 1, right=Right.SALE_OPT_OUT)  # from elsewhere
    answered(noon(2, 1), 1, right=Right.QUESTION, **californian)  # no request of the act
    know, delete, correct, opt_out, limit = ccpa_7102(YEAR, of_place(asked_in(YEAR), "california"))
    assert (know.received, know.complied, know.in_part, know.denied) == (3, 1, 1, 1)
    assert (know.days.median, know.days.mean) == (20.0, 20.0)
    assert (delete.received, delete.nothing_held, delete.denied, delete.unverified) == (2, 1, 1, 1)
    assert correct.received == opt_out.received == limit.received == 0 and correct.days.median is None
    assert ccpa_7102(YEAR, asked_in(YEAR))[3].complied == 1


def test_the_page_and_the_file_say_the_same_in_few_queries(lena: User, django_assert_max_num_queries: Any) -> None:
    case = answered(noon(1, 10), 10, outcome="refused", ground="unfounded")
    SubjectRequest.objects.bulk_create(
        SubjectRequest(reference=f"B-{number:05d}", received_at=noon(4, 2), channel="mail") for number in range(300)
    )
    rows = SubjectRequest.objects.filter(channel="mail")
    RequestItem.objects.bulk_create(RequestItem(subject_request=row, right="access") for row in rows)
    for _ in range(2):
        note_history(subject_request=case, kind="extended", actor=SYSTEM, now=noon(1, 12))
    client = signed_in(lena)
    with django_assert_max_num_queries(12):
        page = client.get(PAGE, {"year": YEAR}).content.decode()
    assert "Art. 12(5)(b) GDPR" in page and "<desc>Jan: 1," in page and "Apr: 300" in page
    with django_assert_max_num_queries(12):
        answer = client.get(f"{PAGE}{YEAR}.csv")
    assert answer["Content-Type"].startswith("text/csv") and f"requests-{YEAR}-all.csv" in answer["Content-Disposition"]
    table = list(csv.reader(io.StringIO(answer.content.decode())))
    assert ["Requests received", "301"] in table and ["Extended, requests", "1"] in table
    assert ["Requests to know", "301", "0", "0", "1", "0", "0", "10.0", "10.0"] in table
    assert "R-0" not in answer.content.decode()
    assert ["Requests received", "0"] in list(csv.reader(io.StringIO(client.get(f"{PAGE}2023.csv").content.decode())))


def test_who_may_not_and_what_is_no_year(lena: User, omar: User) -> None:
    assert signed_in(omar).get(PAGE).status_code == signed_in(omar).get(f"{PAGE}2024.csv").status_code == 403
    client = signed_in(lena)
    assert client.get(PAGE).status_code == 200 and client.post(PAGE).status_code == 405
    for bad in ("?year=0", "?year=20x4", "?year=99999999999", "?year=٢٠٢٤", "?place=mars", "?year=1999"):
        assert client.get(f"{PAGE}{bad}").status_code == 404
    assert client.get(f"{PAGE}99999.csv").status_code == 404
    with pytest.raises(InvalidInput):
        check_year(1990)


def test_nothing_answered_has_no_median() -> None:
    assert spread([]).median is None and spread([3]).mean == 3.0
    assert report_of(clock.now().year, []).on_time_rate is None

"""The console's pages about decisions: lists by key, one person's timeline, reports, and the export."""

import csv
import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.audit_events import EXPORTED, PERSON_SOUGHT, TIMELINE_OPENED
from consent.console.listing import NONE, PAGE, Filter, page_of
from consent.models import ConsentEvent
from consent.reports.rollup import count_more
from consent.reports.selectors import Asked, label_of, report
from consent.services import How
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
BASE = "/console/consent/consentevent/"
START = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def evidence_folder(settings: Settings, tmp_path: Any) -> None:
    settings.KEPT_EVIDENCE = tmp_path / "evidence"
    settings.KEPT_TIME_ZONE = "UTC"


@pytest.fixture
def many(alice: User, bob: User, demo_policy: Any) -> None:
    """A hundred and twenty decisions of alice, one a day, some at one time; a rare one of bob in between."""
    for number in range(120):
        how = How(Door.LINK if number % 2 else Door.SIGNED_IN, language="de" if number % 3 else "en", site="store")
        choose(alice, "newsletter", allow=number % 2 == 0, how=how, now=START + number * dt.timedelta(hours=12))
    choose(bob, "newsletter", allow=False, now=START, how=How(Door.SIGNAL, source_kind="signal", source_id="gpc"))


def count() -> None:
    seal_pending(now=clock.now())
    while count_more(now=clock.now()) is not None:
        pass


def walked(wanted: Filter) -> list[ConsentEvent]:
    found, after = [], ""
    for _ in range(20):
        page = page_of(wanted, after)
        found += page.events
        after = page.older
        if not after:
            return found
    raise AssertionError("The pages do not end.")


FILTERS = [
    Filter(),
    Filter(purpose="newsletter"),
    Filter(status="refused"),
    Filter(door="signal"),
    Filter(door="link", language="de"),
    Filter(site=NONE),
    Filter(site="store", status="given", first=dt.date(2026, 2, 10), last=dt.date(2026, 3, 1)),
    Filter(purpose="nothing"),
]


@pytest.mark.parametrize("is_counted", [True, False])
def test_pages_by_key_show_every_decision_once_with_and_without_counts(many: None, is_counted: bool) -> None:
    if is_counted:
        count()
    for wanted in FILTERS:
        rows = ConsentEvent.objects.all()
        for name in ("purpose", "status", "door", "site"):
            if value := getattr(wanted, name):
                rows = rows.filter(**{name: "" if value == NONE else value})
        if wanted.language:
            rows = rows.filter(notice_language=wanted.language)
        if wanted.first and wanted.last:
            rows = rows.filter(at__date__gte=wanted.first, at__date__lte=wanted.last)
        assert [one.pk for one in walked(wanted)] == list(rows.order_by("-at", "-id").values_list("pk", flat=True))


def test_the_list_counts_no_rows_and_asks_a_fixed_number_of_questions(many: None, lena: User) -> None:
    count()
    client = signed_in(lena)
    client.get(BASE)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(BASE)
    said = [each["sql"].upper() for each in asked.captured_queries]
    assert len(said) <= 12 and not [one for one in said if "COUNT(*)" in one and "CONSENT_CONSENTEVENT" in one]
    text = page.content.decode()
    assert text.count("<tr>") == PAGE + 1 and "Older" in text and "alice" not in text
    filtered = client.get(BASE + "?door=signal&first=2026-01-01").content.decode()
    assert filtered.count("<tr>") == 2 and "a signal of the person’s browser" in filtered
    for wrong in ("first=soon", "after=x", "after=2026_x", "last=2026-99-99"):
        assert client.get(f"{BASE}?{wrong}").status_code == 400
    assert client.get(BASE + "?site=" + "x" * 9000).status_code == 200


def test_one_decision_shows_its_record_and_its_place_in_the_log(many: None, lena: User) -> None:
    event = ConsentEvent.objects.latest("at")
    client = signed_in(lena)
    page = client.get(f"{BASE}{event.pk}/change/").content.decode()
    for part in (event.notice_digest, event.row_hash, "gives its hash", "waits for the next seal", "store"):
        assert part in page
    seal_pending(now=clock.now())
    assert "place" in client.get(f"{BASE}{event.pk}/change/").content.decode()
    assert client.get(f"{BASE}00000000-0000-4000-8000-000000000000/change/").status_code == 404
    assert client.get(f"{BASE}nonsense/change/").status_code == 404


def test_a_person_is_found_by_post_and_both_steps_are_audited(many: None, alice: User, bob: User, lena: User) -> None:
    client = signed_in(lena)
    answer = client.post(f"{BASE}person/", {"kind": "email", "value": "ALICE@example.com "})
    place = f"{BASE}person/{alice.subject_id}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, place)
    page = client.get(place).content.decode()
    assert "newsletter" in page and "alice" not in page and str(bob.subject_id) not in page
    sought, opened = (AuditEvent.objects.get(type=each.code) for each in (PERSON_SOUGHT, TIMELINE_OPENED))
    assert json.loads(sought.payload) == {"kind": "email", "found": 1}
    assert {sought.actor_id, opened.actor_id} == {lena.pk}
    assert {sought.subject_id, opened.subject_id} == {alice.subject_id}
    unknown = client.post(f"{BASE}person/", {"kind": "email", "value": "nobody@example.com"})
    assert "Nobody here is known by that." in unknown.content.decode()
    for wrong in ({"kind": "email", "value": "no address"}, {"kind": "shoe", "value": "x"}, {}):
        assert client.post(f"{BASE}person/", wrong).status_code == 400
    assert client.get(f"{BASE}person/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_the_state_at_a_moment_is_shown(many: None, alice: User, lena: User) -> None:
    client, place = signed_in(lena), f"{BASE}person/{alice.subject_id}/"
    yes = client.get(place + "?at=2026-02-01T13:00").content.decode()
    no = client.get(place + "?at=2026-02-02T01:00:00").content.decode()
    row = '<th scope="row" data-label="Purpose">newsletter</th><td data-label="Allowed"><span class="badge badge-{}">'
    assert row.format("ok") in yes and row.format("warn") in no and "2026-02-01" in yes
    assert client.get(place + "?at=yesterday").status_code == 400


def test_who_has_no_business_there_sees_nothing(many: None, omar: User, mallory: User, alice: User) -> None:
    paths = ["", f"person/{alice.subject_id}/", "person/", "reports/", "reports/table.csv", "export/"]
    for path in paths:
        assert signed_in(omar).get(BASE + path).status_code in {302, 403}, path
        assert signed_in(mallory).get(BASE + path).status_code in {302, 403}, path
        assert Client().get(BASE + path).status_code == 302, path
    assert not AuditEvent.objects.filter(type=TIMELINE_OPENED.code).exists()


def test_a_report_says_how_many_said_yes_and_took_it_back(many: None, lena: User) -> None:
    count()
    found = report(Asked(dt.date(2026, 2, 1), dt.date(2026, 4, 30), "month"))
    first = ConsentEvent.objects.filter(at__month=2)
    assert [one.label for one in found.over_time] == ["2026-02", "2026-03", "2026-04"]
    assert found.over_time[0].yes == first.filter(status="given").count()
    assert found.over_time[0].back == first.filter(status="withdrawn").count()
    assert (found.total.yes, found.total.no, found.total.back) == (60, 1, 60)
    assert found.total.grant_rate == 60 / 61 and found.total.withdrawal_rate == 1
    assert {one.label: one.yes for one in found.by["language"]} == {"de": 40, "en": 20}
    assert {one.label: one.no for one in found.by["site"]} == {"(none)": 1, "store": 0}
    client = signed_in(lena)
    page = client.get(f"{BASE}reports/?first=2026-02-01&last=2026-04-30").content.decode()
    assert "<svg" in page and "<title>" in page and "style=" not in page and ">98.4%<" in page
    assert "Nobody decided anything" in client.get(f"{BASE}reports/?first=2001-01-01&last=2001-01-02").content.decode()
    for wrong in ("first=2026-02-02&last=2026-02-01", "first=x", "first=0001-01-01&last=9999-12-31"):
        assert client.get(f"{BASE}reports/?{wrong}").status_code == 400


def test_weeks_are_those_of_iso() -> None:
    assert [label_of(dt.date(2027, 1, 3), step) for step in ("day", "week", "month")] == [
        "2027-01-03",
        "2026-W53",
        "2027-01",
    ]


def test_the_table_of_a_report_is_no_formula(many: None, alice: User, lena: User) -> None:
    choose(alice, "newsletter", allow=True, how=How(Door.SIGNED_IN, site="=HYPERLINK(1)"), now=START + dt.timedelta(99))
    count()
    answer = signed_in(lena).get(f"{BASE}reports/table.csv?first=2026-02-01&last=2026-05-30&step=month")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]  # the client wraps the stream
    assert sum(int(row["given"]) for row in rows) == 61 and {row["step"] for row in rows} >= {"2026-02", "2026-05"}
    assert "'=HYPERLINK(1)" in {row["site"] for row in rows}


def test_evidence_is_exported_by_somebody_proven_just_now(many: None, lena: User) -> None:
    form = {"first": "2026-02-01", "last": "2026-02-03"}
    assert signed_in(lena, proven_ago_s=9999).post(f"{BASE}export/", form).status_code == 302
    answer = signed_in(lena).post(f"{BASE}export/", form)
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # the client wraps the stream
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.read("events.jsonl").splitlines()) == 6
    assert AuditEvent.objects.get(type=EXPORTED.code).actor_id == lena.pk
    for wrong in ({**form, "last": "2026-01-01"}, {"first": "x", "last": "y"}, {}):
        assert signed_in(lena).post(f"{BASE}export/", wrong).status_code == 400


def test_a_partner_system_reads_counts_and_no_small_ones(many: None) -> None:
    count()
    key = make_api_key(label="board", scopes="statistics", actor=OPERATOR, now=clock.now())
    place = "/api/v1/consent-statistics?first=2026-02-01&last=2026-04-30&step=month"
    found = Client().get(place, headers={"Authorization": f"Bearer {key}"}).json()
    assert (found["total"]["given"], found["total"]["refused"], found["total"]["expired"]) == (60, None, 0)
    assert [one["month"] for one in found["over_time"]] == ["2026-02", "2026-03", "2026-04"]
    assert Client().get(place).status_code == 401
    assert Client().get(place + "&first=x", headers={"Authorization": f"Bearer {key}"}).status_code == 400

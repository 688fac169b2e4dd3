"""A choice on a banner: rows of the ledger, a cookie by the server, for this browser alone, from our sites only."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Identifier, User
from accounts.services import merge_subjects
from consent.banner.tests.conftest import GPC, ORIGIN, Choose
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.signals.models import SignalEvent
from consent.tests.conftest import choose as choose_signed_in
from consent.tests.test_stale_grants import publish
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set

pytestmark = pytest.mark.django_db
ALL = ["click_tracking", "site_measurement", "third_party_analytics"]


def browser_subject() -> Any:
    return Identifier.objects.get(kind="pseudonym").subject_id


def test_reject_all_is_on_record_and_the_browser_is_remembered(choose: Choose, client: Client, key: str) -> None:
    assert choose() == {"state": dict.fromkeys(ALL, False), "signals": []}
    rows = ConsentEvent.objects.order_by("purpose")
    assert [(row.purpose, row.status, row.door, row.site) for row in rows] == [
        (code, "refused", "banner", "main") for code in ALL
    ]
    assert {row.source_kind for row in rows} == {"banner"} and all(row.source_id.startswith("v1:") for row in rows)
    assert all(row.notice_digest for row in rows)
    cookie = client.cookies["kept-visitor"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"]
    assert 300 * 86400 < int(cookie["max-age"]) <= 400 * 86400
    assert '"a":0' in client.get(f"/banner/v1.js?site={key}").text  # gone after reload
    choose()
    assert ConsentEvent.objects.count() == 3  # nothing changed, nothing written


def test_a_yes_is_for_what_was_chosen_and_can_be_taken_back(choose: Choose, client: Client, key: str) -> None:
    assert choose("site_measurement", "newsletter", "x")["state"] == {
        **dict.fromkeys(ALL, False),
        "site_measurement": True,
    }
    assert not ConsentEvent.objects.filter(purpose="newsletter").exists()  # not asked here, so not answered
    asked = client.get("/banner/v1/decision", {"site": key}, headers=ORIGIN)
    assert asked.json()["state"]["site_measurement"] is True
    assert not choose()["state"]["site_measurement"]
    assert ConsentEvent.objects.filter(purpose="site_measurement").latest("at").status == "withdrawn"


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://vtiger.com.evil.example"},
        {"Origin": "http://vtiger.com"},
        {"Origin": "https://vtiger.com:8443"},
        {"Origin": "https://blogs.vtiger.com"},  # another site, with the main site's key
    ],
)
def test_a_page_of_somebody_else_chooses_nothing(choose: Choose, client: Client, key: str, origin: Any) -> None:
    answer = client.post(
        "/banner/v1/choice", {"site": key, "choice": "some", "allow": "site_measurement"}, headers=origin
    )
    assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers
    assert not answer.cookies and not Subject.objects.exists()
    assert client.get("/banner/v1/decision", {"site": key}, headers=origin).status_code == 403


def test_the_sites_own_page_may_read_the_answer(choose: Choose, client: Client, key: str, settings: Any) -> None:
    for origin in ("https://vtiger.com", "https://www.vtiger.com", "http://testserver"):
        answer = client.get("/banner/v1/decision", {"site": key}, headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"] and answer.headers["Cache-Control"] == "no-store"
    settings.KEPT_BANNER_ORIGINS = ["https://staging.example"]
    staging = client.get("/banner/v1/decision", {"site": key}, headers={"Origin": "https://staging.example"})
    assert staging.status_code == 200


@pytest.mark.promise(89)
def test_a_signal_wins_over_accept_all_and_over_an_earlier_yes(choose: Choose, client: Client, key: str) -> None:
    choose(*ALL)
    answer = choose(*ALL, headers={**ORIGIN, **GPC})
    assert answer["state"] == {"click_tracking": True, "site_measurement": False, "third_party_analytics": False}
    noted = SignalEvent.objects.get()
    assert (noted.subject_id, noted.signal) == (browser_subject(), "gpc")
    assert not choose(*ALL)["state"]["site_measurement"]  # on record, also where this request carries none


def test_a_signal_that_only_the_script_can_read_counts_as_well(choose: Choose, client: Client) -> None:
    assert choose(choice="signal", signals="gpc") == {"state": {}, "signals": ["gpc"]}
    assert not Subject.objects.exists() and not client.cookies  # a signal makes nobody known
    choose(*ALL)
    assert not choose(choice="signal", signals="gpc,tcf")["state"]["site_measurement"]
    assert SignalEvent.objects.get(signal="gpc").subject_id == browser_subject()


@pytest.mark.promise(89)
def test_the_script_alone_brings_the_signal_for_a_browser_that_is_known(
    choose: Choose, client: Client, key: str
) -> None:
    choose(*ALL)
    client.get(f"/banner/v1.js?site={key}", headers=GPC)
    assert not decide_for([browser_subject()], "site_measurement", now=clock.now()).allowed


def test_a_yes_of_a_browser_raises_nothing_for_the_person_it_belongs_to(choose: Choose, alice: User) -> None:
    choose_signed_in(alice, "site_measurement", allow=False)
    choose()
    merge_subjects(subject_id=browser_subject(), canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert not choose("site_measurement", "click_tracking")["state"]["site_measurement"]
    assert Preference.objects.get(subject=alice.subject, purpose="site_measurement").status == "refused"
    assert not Preference.objects.filter(subject=alice.subject, purpose="click_tracking").exists()
    assert not decide_for(alias_set(alice.subject_id), "site_measurement", now=clock.now()).allowed


def test_a_cookie_that_we_never_gave_is_not_taken_over(choose: Choose, client: Client) -> None:
    client.cookies["kept-visitor"] = "A" * 43
    choose()
    assert client.cookies["kept-visitor"].value != "A" * 43
    for bad in ("x", "\x00", "é" * 43, "A" * 5000):
        client.cookies["kept-visitor"] = bad
        assert choose()["state"]


def test_nobody_is_asked_again_within_half_a_year(choose: Choose, client: Client, key: str, monkeypatch: Any) -> None:
    choose("site_measurement")

    def asks() -> bool:
        return '"a":1' in client.get(f"/banner/v1.js?site={key}").text

    now = clock.now()
    for days, again in ((1, False), (175, False), (190, True)):
        monkeypatch.setattr(clock, "now", lambda days=days: now + dt.timedelta(days=days))
        assert asks() is again


@pytest.mark.parametrize("more", [{"choice": "all"}, {"choice": ""}, {"site": "x"}, {"site": "\x00"}])
def test_what_is_no_choice_is_refused_by_its_field(choose: Choose, more: dict[str, str]) -> None:
    answer = choose(status=400, **more)
    assert answer["field"] in {"choice", "site"} and not Subject.objects.exists()


def test_without_script_a_page_does_the_same(key: str, client: Client) -> None:
    path = f"/choices/{key}/?lang=de"
    page = client.get(path)
    assert "Alle ablehnen" in page.text and "checked" not in page.text
    done = client.post(path, {"choice": "none"}, follow=True)
    assert "Ihre Wahl ist gespeichert" in done.text and client.cookies["kept-visitor"]["httponly"]
    assert ConsentEvent.objects.filter(status="refused", site="main", notice_language__in=["de", "en"]).count() == 3
    client.post(path, {"choice": "some", "allow": "site_measurement"})
    assert ConsentEvent.objects.latest("at").status in {"given", "refused"}
    assert "checked" in client.get(path).text
    client.post(path, {"choice": "all"}, headers=GPC)
    shown = client.get(path, headers=GPC).text
    assert "Widerspruch beachtet" in shown and shown.count(" disabled") == 2
    assert client.get("/choices/site_x/").status_code == 404
    assert Client(enforce_csrf_checks=True).post(path, {"choice": "all"}).status_code == 403


def test_a_yes_to_texts_that_are_gone_is_not_taken_and_a_no_is(choose: Choose, client: Client, key: str) -> None:
    """A page that stood open while the policy changed: what it allows is asked for again, what it declines is not."""
    script = client.get(f"/banner/v1.js?site={key}&lang=en").text
    mark = re.findall(r'"v":"(\w+)"', script)[0]
    publish(("May we note which links in our mails you follow", "May we note whichever links in our mails you follow"))
    assert choose("click_tracking", text=mark)["state"] == dict.fromkeys(ALL, False)
    assert sorted(ConsentEvent.objects.values_list("purpose", "status")) == [(code, "refused") for code in ALL[1:]]
    script = client.get(f"/banner/v1.js?site={key}&lang=en").text
    assert '"a":1' in script
    fresh = re.findall(r'"v":"(\w+)"', script)[0]
    assert fresh != mark and choose("click_tracking", text=fresh)["state"]["click_tracking"] is True


def test_the_page_without_script_says_that_its_texts_have_changed(client: Client, key: str) -> None:
    path = f"/choices/{key}/?lang=en"
    mark = re.findall(r'name="text" value="(\w+)"', client.get(path).text)[0]
    publish(("May we note which links in our mails you follow", "May we note whichever links in our mails you follow"))
    answer = client.post(path, {"choice": "all", "text": mark}, follow=True)
    assert "The text has changed since you opened the page" in answer.text and not ConsentEvent.objects.exists()
    answer = client.post(path, {"choice": "none", "text": mark}, follow=True)
    assert "Your choice is saved." in answer.text and ConsentEvent.objects.count() == len(ALL)

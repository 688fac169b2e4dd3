"""The public policy page: rendered from the version in force, without login, in few queries."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy, publish_policy, switch_figure
from privacy.policy.tests.files import dated

pytestmark = pytest.mark.django_db
SECTIONS = (
    "audiences",
    "sites",
    "categories",
    "purposes",
    "recipients",
    "transfers",
    "retention",
    "rights",
    "age",
    "signals",
    "documents",
    "contacts",
    "versions",
)


def main_of(page: bytes) -> str:
    found = re.search(r"<main.*</main>", page.decode(), re.DOTALL)
    assert found
    return found.group()


@pytest.mark.promise(95)
def test_the_date_is_the_first_thing_on_the_page(client: Client, demo_policy: PolicyVersion) -> None:
    text = re.sub(r"<[^>]+>", " ", main_of(client.get("/policy/").content))
    assert " ".join(text.split()).startswith("In force since 15 May 2018 Privacy policy")


def test_everybody_can_read_every_section(client: Client, demo_policy: PolicyVersion) -> None:
    for url in ("/policy/", "/policy/2018-05-15/"):
        answer = client.get(url)
        assert answer.status_code == 200
        page = main_of(answer.content)
        for anchor in SECTIONS:
            assert f'href="#{anchor}"' in page and f'id="{anchor}"' in page, anchor
    assert "We answer within 30 days, wherever you live" in page and "Nobody under 13" in page
    assert "365 days after: logged in" in page and "Standard contractual clauses" in page
    assert not re.search(r"\{[a-z_]+\}", page)
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


def test_the_addresses_of_the_source_are_text_only(client: Client, demo_policy: PolicyVersion) -> None:
    page = client.get("/policy/").content.decode()
    assert "legal@vtiger.com" in page and "vtiger.com" in page
    assert "mailto:" not in page and not re.search(r'(href|src|action)="[^"]*vtiger', page)
    assert " style=" not in page and "<script" not in page


@pytest.mark.promise(98)
def test_the_documents_stand_beside_it_in_the_version_in_force(client: Client, demo_policy: PolicyVersion) -> None:
    page = main_of(client.get("/policy/").content)
    assert "Terms of Service, in force since" in page and "Data processing agreement, in force since" in page


def test_a_sentence_about_signals_follows_from_what_they_do(client: Client, demo_policy: PolicyVersion) -> None:
    page = main_of(client.get("/policy/").content)
    assert re.search(r"<dt>Do Not Track</dt><dd>We do not act on it", page)
    assert re.search(r"<dt>Global Privacy Control</dt><dd>We honor it", page)


def test_without_a_policy_there_is_a_friendly_page(client: Client) -> None:
    answer = client.get("/policy/")
    assert answer.status_code == 200 and b"No policy is in force here yet" in answer.content


@pytest.mark.parametrize("day", ["2018-05-16", "2018-13-45", "0000-00-00"])
def test_a_date_without_a_version_is_not_found(client: Client, demo_policy: PolicyVersion, day: str) -> None:
    assert client.get(f"/policy/{day}/").status_code == 404


def test_the_page_takes_few_queries_and_figures_are_asked_once_a_minute(
    client: Client, demo_policy: PolicyVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/policy/")
    with django_assert_num_queries(3):
        client.get("/policy/")


def test_a_figure_shows_where_legal_switched_it_on(client: Client, demo_policy: PolicyVersion) -> None:
    shown = client.get("/policy/").content.decode()
    assert 'id="live-95"' in shown and "1 published, each frozen" in shown and 'id="live-98"' not in shown
    now = clock.now()
    switch_figure(number=95, is_shown=False, actor=OPERATOR, now=now)
    switch_figure(number=98, is_shown=True, actor=OPERATOR, now=now)
    shown = client.get("/policy/").content.decode()
    assert 'id="live-95"' not in shown and shown.count('id="live-98"') == 1


def test_a_check_that_breaks_is_said_and_does_not_break_the_page(
    client: Client, demo_policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from privacy.policy import promises

    def missing() -> list[str]:
        return ["one"]

    monkeypatch.setattr(promises, "missing_triggers", missing)
    cache.clear()
    shown = client.get("/policy/").content.decode()
    assert "Not working now" in shown and "1 triggers" in shown


def test_contradictions_are_for_staff(client: Client, demo_policy: PolicyVersion, alice: User, lena: User) -> None:
    words = "Marketing with it is always denied"
    assert words not in client.get("/policy/").content.decode()
    client.force_login(alice)
    assert words not in client.get("/policy/").content.decode()
    client.force_login(lena)
    page = client.get("/policy/").content.decode()
    assert words in page and all(f"C{number}</strong>" in page for number in range(1, 12))


def test_versions_are_listed_and_an_old_one_says_so(client: Client, demo_policy: PolicyVersion) -> None:
    now = clock.now()
    newer = load_policy(text=dated("2024-01-01", ("First version.", "Shorter periods.")), actor=OPERATOR, now=now)
    assert b"Shorter periods" not in client.get("/policy/").content  # a draft is nobody's business
    publish_policy(version=newer.version, actor=OPERATOR, now=now)
    page = client.get("/policy/").content.decode()
    assert "1 January 2024" in page and 'href="/policy/2018-05-15/"' in page and "Shorter periods." in page
    old = client.get("/policy/2018-05-15/").content.decode()
    assert "This version is not the one in force." in old and "live-95" not in old


def test_a_version_of_the_future_is_announced_and_not_yet_in_force(client: Client, demo_policy: PolicyVersion) -> None:
    day = (clock.now() + dt.timedelta(days=40)).date().isoformat()
    later = load_policy(text=dated(day), actor=OPERATOR, now=clock.now()).version
    publish_policy(version=later, actor=OPERATOR, now=clock.now())
    assert "In force since" in main_of(client.get("/policy/").content)
    assert "In force from" in main_of(client.get(f"/policy/{day}/").content)


def test_only_staff_can_look_at_a_draft(client: Client, demo_policy: PolicyVersion, lena: User) -> None:
    load_policy(text=dated("2024-01-01"), actor=OPERATOR, now=clock.now())
    assert client.get("/policy/2024-01-01/").status_code == 404
    client.force_login(lena)
    assert b"This is a draft" in client.get("/policy/2024-01-01/").content


def test_reading_changes_nothing_and_post_is_refused(client: Client, demo_policy: PolicyVersion) -> None:
    assert client.post("/policy/").status_code == 405
    assert client.head("/policy/").status_code == 200

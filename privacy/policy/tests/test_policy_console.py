"""Legal works with the policy in the console: reads versions, publishes or discards a draft, reads the board."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy import selectors
from privacy.policy.models import PolicyVersion, ShownFigure
from privacy.policy.services import load_policy
from privacy.policy.tests.files import dated
from privacy.policy.triggers import lift_triggers
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
VERSIONS = "/console/policy/policyversion/"
QUERIES = 12  # three of them ask who is there and what they may, whatever the page
BOARD = f"{VERSIONS}promises/"
CHANGE = (
    ("minimum_age: 13", "minimum_age: 16"),
    ("change_summary: First version.", "change_summary: Nobody under 16."),
    ("  - {code: attendees, label: Attendees, ", "  - {code: attendees, label: Guests, "),
)


@pytest.fixture
def petra(demo_policy: PolicyVersion) -> User:
    """Legal, with the right to publish."""
    return make_user("petra@kept.example", "publish_policy", is_staff=True)


@pytest.fixture
def draft(demo_policy: PolicyVersion) -> PolicyVersion:
    return load_policy(text=dated("2020-01-01", *CHANGE), actor=OPERATOR, now=clock.now()).version


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_versions_are_read_with_all_of_their_parts(
    petra: User, draft: PolicyVersion, demo_policy: PolicyVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(petra)
    client.get("/console/")
    with django_assert_max_num_queries(QUERIES):
        listed = text_of(client, VERSIONS)
    assert "Draft" in listed and "Published" in listed and "Nobody under 16." in listed
    with django_assert_max_num_queries(QUERIES):
        page = text_of(client, f"{VERSIONS}{draft.pk}/change/")
    for words in ("click_tracking", "Stripe", "Purposes", "Retention", "marketplace.vtiger.com", draft.digest):
        assert words in page, words
    assert "This is the first version" in text_of(client, f"{VERSIONS}{demo_policy.pk}/change/")
    for url in (f"{VERSIONS}add/", f"{VERSIONS}{draft.pk}/delete/"):
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert client.post(f"{VERSIONS}{draft.pk}/change/", {"title": "Mine"}).status_code == 405
    assert client.get(f"{VERSIONS}nonsense/change/").status_code == 404


def test_a_draft_is_published_through_a_page_that_shows_what_changes(petra: User, draft: PolicyVersion) -> None:
    client = signed_in(petra)
    page = text_of(client, f"{VERSIONS}{draft.pk}/publish/")
    assert "<del>13</del>" in page and "<ins>16</ins>" in page and "Guests" in page
    assert selectors.current_version().minimum_age == 13  # a GET publishes nothing
    refused = client.post(f"{VERSIONS}{draft.pk}/publish/", follow=True).content.decode()
    assert "A second person has to review this very text first." in refused
    client.post(f"{VERSIONS}{draft.pk}/review/", {"decision": "approve", "digest": draft.digest})
    answer = client.post(f"{VERSIONS}{draft.pk}/publish/", follow=True).content.decode()
    assert "is published. It never changes again." in answer and "Publish …" not in answer
    assert selectors.current_version().minimum_age == 16
    draft.refresh_from_db()
    assert draft.published_by == petra.pk
    event = AuditEvent.objects.filter(type="policy.published").latest("at")
    assert event.actor_id == petra.pk and event.via == "console"
    again = client.post(f"{VERSIONS}{draft.pk}/publish/", follow=True).content.decode()
    assert "not a draft any more" in again
    assert AuditEvent.objects.filter(type="policy.published").count() == 2
    gone = client.post(f"{VERSIONS}{draft.pk}/discard/", follow=True).content.decode()
    assert "Only a draft can be discarded." in gone and PolicyVersion.objects.filter(pk=draft.pk).exists()


def test_an_older_draft_says_why_it_cannot_be_published(petra: User, draft: PolicyVersion) -> None:
    older = load_policy(text=dated("2018-01-01"), actor=OPERATOR, now=clock.now()).version
    signed_in(petra).post(f"{VERSIONS}{older.pk}/review/", {"decision": "approve", "digest": older.digest})
    answer = signed_in(petra).post(f"{VERSIONS}{older.pk}/publish/", follow=True).content.decode()
    assert "Give the file a later effective_on." in answer
    older.refresh_from_db()
    assert not older.is_published


def test_a_draft_is_discarded_after_a_question(petra: User, draft: PolicyVersion) -> None:
    client = signed_in(petra)
    assert "Discard the draft of 2020-01-01?" in text_of(client, f"{VERSIONS}{draft.pk}/discard/")
    assert PolicyVersion.objects.filter(pk=draft.pk).exists()
    client.post(f"{VERSIONS}{draft.pk}/discard/")
    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert AuditEvent.objects.filter(type="policy.draft_discarded", actor_id=petra.pk).exists()


def test_who_may_not_publish_reads_and_changes_nothing(lena: User, mallory: User, draft: PolicyVersion) -> None:
    client = signed_in(lena)
    assert "Publish …" not in text_of(client, f"{VERSIONS}{draft.pk}/change/")
    assert 'name="shown"' not in text_of(client, BOARD)
    for url in (f"{VERSIONS}{draft.pk}/publish/", f"{VERSIONS}{draft.pk}/discard/", f"{BOARD}24/figure/"):
        assert client.post(url, {"shown": "no"}).status_code == 403
    draft.refresh_from_db()
    assert not draft.is_published and ShownFigure.objects.get(number=24).is_shown
    other = signed_in(make_user("sam@kept.example", is_staff=True))
    assert other.get(BOARD).status_code == 200  # the dashboard leads everybody there
    for url in (VERSIONS, f"{VERSIONS}{draft.pk}/change/"):
        assert other.get(url).status_code == 403, url
    for url in (VERSIONS, BOARD, f"{VERSIONS}{draft.pk}/change/"):
        assert signed_in(mallory).get(url).status_code in {302, 403}, url


@pytest.mark.parametrize("act", ["publish", "discard"])
def test_a_grave_act_asks_for_the_password_again(petra: User, draft: PolicyVersion, act: str) -> None:
    client = signed_in(petra, proven_ago_s=None)
    answer = client.post(f"{VERSIONS}{draft.pk}/{act}/")
    assert answer.status_code == 302 and "reauthenticate" in answer.headers["Location"]
    assert PolicyVersion.objects.filter(pk=draft.pk, state="draft").exists()


def test_the_board_shows_every_promise_with_its_state_and_evidence(
    petra: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(petra)
    assert "Nobody has asked the controls yet" in text_of(client, BOARD)
    assert client.get(f"{BOARD}ask/").status_code == 405 and client.post(f"{BOARD}ask/").headers["Location"] == BOARD
    with django_assert_max_num_queries(QUERIES):
        page = text_of(client, BOARD)
    assert "The controls were asked at " in page
    assert page.count('<tr id="s') == 102 and "The first version is of 2018-05-15." in page
    built = text_of(client, f"{BOARD}?state=not+built")
    assert 'id="s1"' in built and 'id="s102"' not in built
    assert text_of(client, f"{BOARD}?state=nonsense").count('<tr id="s') == 102
    assert " style=" not in page and client.post(BOARD).status_code == 405


def test_what_breaks_is_on_the_board_and_on_the_dashboard(petra: User) -> None:
    client = signed_in(petra)
    assert "No worker has asked the controls yet." in text_of(client, "/console/")
    enqueue("policy.ask_board", idem_key="board", payload={}, now=clock.now())
    run_until_empty()
    assert "None is broken." in text_of(client, "/console/")
    lift_triggers()
    client.post(f"{BOARD}ask/")
    assert 'id="s95"' in text_of(client, f"{BOARD}?state=broken")
    page = text_of(client, "/console/")
    assert "Broken: S95" in page and BOARD in page and f"Asked at {clock.now():%Y-%m-%d}" in page


def test_legal_shows_and_hides_a_live_figure(petra: User) -> None:
    client = signed_in(petra)
    url = f"{BOARD}98/figure/"
    assert client.get(url).status_code == 405
    answer = client.post(url, {"shown": "yes", "state": "not proven"})
    assert answer.headers["Location"] == f"{BOARD}?state=not+proven#s98"
    assert 'id="live-98"' in Client().get("/policy/").content.decode()
    client.post(url, {"shown": "no"})
    assert 'id="live-98"' not in Client().get("/policy/").content.decode()
    events = AuditEvent.objects.filter(type="policy.figure_switched", actor_id=petra.pk)
    assert [event.payload for event in events.order_by("at", "id")] == [
        '{"promise":98,"shown":true}',
        '{"promise":98,"shown":false}',
    ]
    refused = client.post(f"{BOARD}999/figure/", {"shown": "yes"}, follow=True)
    assert "Give a promise number from 1 to 102." in refused.content.decode()

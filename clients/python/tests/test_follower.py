"""A service that follows the feed answers as Kept does, catches up after downtime, and believes no forged page."""

import base64
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kept_client import Client, Feed, FeedFault, Follower
from kept_client.ed25519 import is_signed
from pytest_django.live_server_helper import LiveServer

from accounts.api_keys import make_api_key, rotate_api_key
from accounts.models import ApiKey, Identifier, User
from accounts.services import merge_subjects
from consent.models import Preference
from consent.services import How
from consent.terms import forget_terms
from consent.tests.conftest import choose
from consent.tests.policies import with_purpose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM
from privacy.kernel.keyring import keyring, public_key_text
from privacy.personal_data.models import Restriction

from .servers import sending, serving

pytestmark = pytest.mark.django_db(transaction=True)
PURPOSES = ("newsletter", "product_news", "click_tracking", "security_logs", "account_service", "nothing")


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    forget_terms()
    yield
    forget_terms()


@pytest.fixture
def keys() -> dict[str, str]:
    return {name: public_key_text(key) for name, key in keyring().public_keys().items()}


@pytest.fixture
def api_key(demo_policy: Any) -> str:
    return make_api_key(label="shop", scopes="feed decisions", actor=OPERATOR, now=clock.now())


@pytest.fixture
def follower(live_server: LiveServer, api_key: str, keys: dict[str, str]) -> Follower:
    return Follower(Feed(live_server.url, api_key, keys))


def agreed(follower: Follower, client: Client, email: str) -> dict[str, str]:
    """What both say, after a look that they say the same, for each purpose and some channels."""
    said = {}
    for purpose in PURPOSES:
        for channel in ("", "email", "sms"):
            here = follower.decide(purpose, channel=channel, email=email)
            there = client.decide(purpose, channel=channel, email=email)
            assert (here.allowed, here.reason, here.pace) == (there.allowed, there.reason, there.pace), (
                purpose,
                channel,
            )
            said[f"{purpose} {channel}".strip()] = here.reason
    return said


def test_it_decides_as_kept_does_from_the_snapshot_and_from_changes(
    follower: Follower, live_server: LiveServer, api_key: str, alice: User, bob: User
) -> None:
    client = Client(live_server.url, api_key, timeout=10)
    choose(alice, "newsletter", allow=True)
    assert follower.decide("newsletter", email="alice@example.com").reason == "feed_empty"
    assert follower.sync() == 1
    assert agreed(follower, client, "Alice@Example.com ")["newsletter"] == "given"
    assert agreed(follower, client, "nobody@example.com")["newsletter"] == "not_given"
    choose(alice, "newsletter", allow=False)
    choose(alice, "product_news", allow=True)
    choose(alice, "product_news", allow=False, channel="sms")
    choose(bob, "security_logs", allow=False)
    Preference.objects.filter(purpose="product_news", channel="").update(
        paused_until=clock.now() + dt.timedelta(days=30), pace="fewer"
    )
    assert follower.sync() == 2
    said = agreed(follower, client, "alice@example.com")
    assert (said["newsletter"], said["product_news email"], said["product_news sms"]) == (
        "withdrawn",
        "paused",
        "refused",
    )
    assert agreed(follower, client, "bob@example.com")["security_logs"] == "objected"
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    Restriction.objects.create(subject=alice.subject, ground="accuracy")
    follower.sync()
    assert agreed(follower, client, "bob@example.com")["newsletter"] == "restricted"
    assert follower.sync() == 0


def test_after_downtime_nothing_is_missing_and_page_by_page_is_the_same(
    follower: Follower, live_server: LiveServer, api_key: str, alice: User, keys: dict[str, str], tmp_path: Path
) -> None:
    kept = Follower(Feed(live_server.url, api_key, keys), path=tmp_path / "copy.json")
    kept.sync()
    for number in range(7):
        choose(alice, "newsletter", allow=number % 2 == 0)
    again = Follower(Feed(live_server.url, api_key, keys), path=tmp_path / "copy.json")
    assert not again.decide("newsletter", email="alice@example.com")  # it does not know yet how old the copy is
    again.sync()
    assert again.decide("newsletter", email="alice@example.com").allowed
    assert "alice" not in (tmp_path / "copy.json").read_text() and (tmp_path / "copy.json").stat().st_mode & 0o77 == 0
    feed = Feed(live_server.url, api_key, keys)
    head = feed.snapshot().head
    small = list(feed.pages("0-", str(head["audience"]), limit=2))
    whole = list(feed.pages("0-", str(head["audience"])))
    assert [each for page in small for each in page["changes"]] == [each for page in whole for each in page["changes"]]
    assert len(small) > 3 and small[-1]["position"] == whole[-1]["position"]


def test_no_identifier_and_no_subject_id_leaves(live_server: LiveServer, api_key: str, alice: User, keys: Any) -> None:
    choose(alice, "newsletter", allow=True)
    feed = Feed(live_server.url, api_key, keys)
    text = str(feed.snapshot()) + str(list(feed.pages("0-", str(feed.snapshot().head["audience"]))))
    assert "alice" not in text and str(alice.subject_id) not in text
    other = make_api_key(label="other", scopes="feed", actor=OPERATOR, now=clock.now())
    theirs = Feed(live_server.url, other, keys).snapshot()
    assert set(theirs.people[0]["names"]).isdisjoint(feed.snapshot().people[0]["names"])
    assert AuditEvent.objects.filter(type="consent.feed_snapshot").exists()


def test_who_was_erased_is_forgotten(follower: Follower, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    follower.sync()
    Identifier.objects.filter(subject=alice.subject).delete()
    Preference.objects.all().delete()
    choose(alice, "click_tracking", allow=False)  # anything about them brings the newest state
    follower.sync()
    assert follower.decide("newsletter", email="alice@example.com").reason == "not_given"


def test_a_rotated_key_goes_on_with_the_same_names(
    follower: Follower, live_server: LiveServer, alice: User, keys: dict[str, str]
) -> None:
    follower.sync()
    fresh = rotate_api_key(key=ApiKey.objects.get(), overlap=dt.timedelta(days=1), actor=OPERATOR, now=clock.now())
    choose(alice, "newsletter", allow=True)
    follower._feed = Feed(live_server.url, fresh, keys)  # as a service that was given its new key
    follower.sync()
    assert follower.decide("newsletter", email="alice@example.com").allowed


def test_a_new_policy_is_a_new_snapshot(follower: Follower, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    follower.sync()
    with_purpose("newsletter", channels=["phone"])
    follower.sync()
    assert follower.decide("newsletter", channel="email", email="alice@example.com").reason == "channel_not_in_purpose"


def test_an_old_copy_denies(live_server: LiveServer, api_key: str, alice: User, keys: dict[str, str]) -> None:
    choose(alice, "newsletter", allow=True)
    follower = Follower(Feed(live_server.url, api_key, keys), max_age=0)
    follower.sync()
    decision = follower.decide("newsletter", email="alice@example.com")
    assert (decision.allowed, decision.reason, decision.is_fault) == (False, "feed_stale", True)


def test_what_ends_by_itself_ends_in_the_copy(follower: Follower, alice: User) -> None:
    choose(alice, "click_tracking", allow=True)
    soon = clock.now() + dt.timedelta(seconds=1.5)
    Preference.objects.update(expires_at=soon)
    follower.sync()
    assert follower.decide("click_tracking", email="alice@example.com").allowed
    while clock.now() <= soon:
        pass
    assert follower.decide("click_tracking", email="alice@example.com").reason == "expired"


def test_a_forged_page_or_snapshot_changes_nothing(
    live_server: LiveServer, api_key: str, keys: dict[str, str], alice: User
) -> None:
    stranger = {"k1": base64.b64encode(bytes(32)).decode()}
    with pytest.raises(FeedFault, match="signature"):
        Feed(live_server.url, api_key, stranger).snapshot()
    feed = Feed(live_server.url, api_key, keys)
    audience = str(feed.snapshot().head["audience"])
    with pytest.raises(FeedFault, match="another question"):
        list(feed.pages("0-", "someone else"))
    body = feed._get("/api/v1/consent-feed/snapshot").body
    for wrong in (
        body[:-2],
        body.replace(b'"people":0', b'"people":1'),
        body[: len(body) // 2] + b"\n",
        b"",
        b"{}\n{}\n",
    ):
        with serving(sending(200, wrong)) as url, pytest.raises(FeedFault):
            Feed(url, api_key, keys).snapshot()
    with serving(sending(200, b'{"feed": "kept-consent-1"}')) as url, pytest.raises(FeedFault):
        list(Feed(url, api_key, keys).pages("0-", audience))
    assert not is_signed(bytes(31), b"", bytes(64))


def test_a_position_of_another_log_asks_for_a_new_snapshot(follower: Follower, alice: User) -> None:
    choose(alice, "newsletter", allow=True, how=How(Door.SIGNED_IN))
    follower.sync()
    follower._state["position"] = "1-000000000000"  # as after a restore from a backup
    choose(alice, "newsletter", allow=False)
    follower.sync()
    assert follower.decide("newsletter", email="alice@example.com").reason == "withdrawn"

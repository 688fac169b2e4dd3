"""Choices by channel, taking a choice back, and the order of changes that come at the same moment."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import merge_subjects
from consent.links import make_preferences_token
from consent.models import ConsentEvent, Preference
from consent.promises import check_projection
from consent.services import How, undo_change
from consent.tests.conftest import Ask, choose
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, NotAllowed, NotFound, StaleState
from privacy.policy.board import ControlState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
NEWS = "product_news"  # email, phone, sms, messaging
OLD_LINK = How(Door.LINK, link_age=dt.timedelta(hours=1))


def undo(user: User, event: ConsentEvent, how: How | None = None) -> list[ConsentEvent]:
    return undo_change(
        subject_id=user.subject_id,
        event_id=event.pk,
        how=how or How(Door.SIGNED_IN),
        actor=Actor.subject(user.subject_id),
        now=clock.now(),
    )


def by_channel(ask: Ask) -> dict[str, str]:
    return {channel: ask(purpose=NEWS, channel=channel)["decision"] for channel in ("email", "sms")}


def test_one_channel_can_be_declined_alone(ask: Ask, alice: User) -> None:
    choose(alice, NEWS, allow=True)
    choose(alice, NEWS, allow=False, channel="sms")
    assert by_channel(ask) == {"email": "allow", "sms": "deny"}


def test_one_channel_can_be_allowed_after_everything_was_declined(ask: Ask, alice: User) -> None:
    client = signed_in(alice)
    client.post("/preferences/", {"choice": "none"})
    client.post("/preferences/", {"choice": "yes", "purpose": NEWS, "channel": "email"})
    assert by_channel(ask) == {"email": "allow", "sms": "deny"}
    assert ask(purpose=NEWS)["decision"] == "deny"  # who asks about no channel means all of them
    page = client.get("/preferences/").content.decode()
    assert "Allowed by Email only." in page and "(Email)" in page


def test_declining_the_purpose_ends_what_was_allowed_for_a_channel(ask: Ask, alice: User) -> None:
    choose(alice, NEWS, allow=False)
    choose(alice, NEWS, allow=True, channel="email")
    choose(alice, NEWS, allow=False)  # the purpose stands at no already; the channel must fall all the same
    assert by_channel(ask) == {"email": "deny", "sms": "deny"}


def test_allowing_a_channel_answers_what_a_merged_subject_declined(ask: Ask, alice: User, bob: User) -> None:
    choose(bob, NEWS, allow=False)
    choose(alice, NEWS, allow=True)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert by_channel(ask) == {"email": "deny", "sms": "deny"}
    choose(alice, NEWS, allow=True, channel="email")
    assert by_channel(ask) == {"email": "allow", "sms": "deny"}


def test_a_channel_that_the_purpose_does_not_use_is_refused(alice: User, demo_policy: Any) -> None:
    page = signed_in(alice).post(
        "/preferences/", {"choice": "no", "purpose": "newsletter", "channel": "sms"}, follow=True
    )
    assert b"does not use that channel" in page.content and not ConsentEvent.objects.exists()


@pytest.mark.parametrize(("purpose", "allow"), [("newsletter", True), ("security_logs", False)])
def test_a_change_can_be_undone_from_the_history(ask: Ask, alice: User, purpose: str, allow: bool) -> None:
    before = ask(purpose=purpose)["decision"]
    client = signed_in(alice)
    client.post("/preferences/", {"choice": "yes" if allow else "no", "purpose": purpose})
    assert ask(purpose=purpose)["decision"] != before
    event = ConsentEvent.objects.get()
    assert f'value="{event.pk}"' in client.get("/preferences/").content.decode()
    answer = client.post("/preferences/", {"choice": "undo", "event": str(event.pk)})
    assert answer.status_code == 302
    assert ask(purpose=purpose)["decision"] == before
    assert ConsentEvent.objects.count() == 2  # undoing adds; nothing is taken out


def test_only_the_newest_decision_of_ones_own_can_be_undone(alice: User, bob: User, demo_policy: Any) -> None:
    [first] = choose(alice, "newsletter", allow=True)
    [second] = choose(alice, "newsletter", allow=False)
    with pytest.raises(StaleState):
        undo(alice, first)
    with pytest.raises(NotFound):
        undo(bob, second)
    [refusal] = choose(bob, "newsletter", allow=False)
    with pytest.raises(DomainError, match="nothing to undo"):
        undo(bob, refusal)


def test_undoing_cannot_raise_through_an_old_link(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    [withdrawal] = choose(alice, "newsletter", allow=False)
    with pytest.raises(NotAllowed):
        undo(alice, withdrawal, OLD_LINK)
    [grant] = choose(alice, "newsletter", allow=True)
    assert undo(alice, grant, OLD_LINK)[0].status == "withdrawn"


def test_an_old_link_shows_no_button_that_it_may_not_press(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    [withdrawal] = choose(alice, "newsletter", allow=False)
    token = make_preferences_token("alice@example.com", clock.now() - dt.timedelta(minutes=11))
    page = Client().get(f"/preferences/by/{token}/").content.decode()
    assert f'value="{withdrawal.pk}"' not in page
    answer = Client().post(f"/preferences/by/{token}/", {"choice": "undo", "event": str(withdrawal.pk)}, follow=True)
    assert b'class="notice danger"' in answer.content and Preference.objects.get().status == "withdrawn"


@pytest.mark.parametrize("event", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_undoing_nothing_says_so(alice: User, demo_policy: Any, event: str) -> None:
    page = signed_in(alice).post("/preferences/", {"choice": "undo", "event": event}, follow=True)
    assert page.status_code == 200 and b'class="notice danger"' in page.content


def test_a_link_reaches_only_the_mailbox_it_was_mailed_to(alice: User, bob: User, demo_policy: Any) -> None:
    [grant] = choose(bob, "newsletter", allow=True)
    path = f"/preferences/by/{make_preferences_token('alice@example.com', clock.now())}/"
    client = Client()
    assert str(grant.pk) not in client.get(path).content.decode()
    client.post(path, {"choice": "undo", "event": str(grant.pk)})
    client.post(path, {"choice": "none"})
    assert Preference.objects.get(subject_id=bob.subject_id).status == "given"


def test_a_later_change_with_an_earlier_clock_is_still_the_newest(ask: Ask, alice: User) -> None:
    now = clock.now()
    choose(alice, "newsletter", allow=True, now=now)
    [last] = choose(alice, "newsletter", allow=False, now=now - dt.timedelta(seconds=2))  # it waited for the lock
    assert last.at > now
    assert ask(purpose="newsletter")["reason"] == "withdrawn"
    assert check_projection().state is ControlState.GREEN

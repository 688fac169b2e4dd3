"""Less, not none: a pause that ends by itself, fewer mails, and the way back; the permission stays as it is."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import merge_subjects
from consent.columns import standing_of
from consent.easing import PAUSES, pause_purpose, resume_purpose
from consent.links import make_preferences_token
from consent.models import ConsentEvent, Preference
from consent.promises import check_projection
from consent.rules import decide
from consent.selectors import preferences_of, status_at
from consent.services import How
from consent.terms import terms_in_force
from consent.tests.conftest import Ask, choose
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed
from privacy.policy.board import ControlState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
NEWS = "newsletter"
OLD_LINK = How(Door.LINK, link_age=dt.timedelta(hours=1))
SIGNED_IN = How(Door.SIGNED_IN)


def pause(user: User, days: int = 30, how: How = SIGNED_IN, **more: Any) -> list[ConsentEvent]:
    now = more.pop("now", None) or clock.now()
    actor = Actor.subject(user.subject_id)
    return pause_purpose(
        subject_id=user.subject_id, purpose_code=more.pop("purpose", NEWS), days=days, how=how, actor=actor, now=now
    )


def resume(user: User, how: How = SIGNED_IN) -> list[ConsentEvent]:
    actor = Actor.subject(user.subject_id)
    return resume_purpose(subject_id=user.subject_id, purpose_code=NEWS, how=how, actor=actor, now=clock.now())


def reason(user: User, *, later: dt.timedelta = dt.timedelta()) -> str:
    """What the rules say at another moment: the clock may have jumped."""
    mine = [standing_of(row) for row in preferences_of([user.subject_id]).get(NEWS, [])]
    return decide(terms_in_force()[NEWS], mine, now=clock.now() + later).reason


@pytest.mark.parametrize("days", PAUSES)
def test_a_pause_holds_back_and_ends_by_itself(ask: Ask, alice: User, days: int) -> None:
    choose(alice, NEWS, allow=True)
    signed_in(alice).post("/preferences/", {"choice": "pause", "purpose": NEWS, "days": str(days)})
    assert ask(purpose=NEWS)["reason"] == "paused"
    almost = dt.timedelta(days=days) - dt.timedelta(minutes=1)
    assert (reason(alice, later=almost), reason(alice, later=dt.timedelta(days=days))) == ("paused", "given")
    assert reason(alice, later=dt.timedelta(days=3650)) == "given"  # however far the clock jumps
    assert Preference.objects.get().status == "given"
    assert [event.status for event in ConsentEvent.objects.order_by("at")] == ["given", "paused"]
    assert check_projection().state is ControlState.GREEN
    assert status_at([alice.subject_id], NEWS, clock.now()) == "given"


def test_the_answer_has_another_version_while_paused_and_after(ask: Ask, alice: User) -> None:
    choose(alice, NEWS, allow=True)
    before = ask(purpose=NEWS)["version"]
    pause(alice, now=clock.now() - dt.timedelta(days=29))
    paused = ask(purpose=NEWS)["version"]
    Preference.objects.update(paused_until=clock.now() - dt.timedelta(seconds=1))
    assert len({before, paused, ask(purpose=NEWS)["version"]}) == 3


def test_a_withdrawal_ends_it_and_a_new_grant_is_not_paused(ask: Ask, alice: User) -> None:
    choose(alice, NEWS, allow=True)
    pause(alice, 90)
    choose(alice, NEWS, allow=False)
    assert ask(purpose=NEWS)["reason"] == "withdrawn"
    choose(alice, NEWS, allow=True)
    assert ask(purpose=NEWS)["reason"] == "given"
    assert Preference.objects.get().paused_until is None


def test_resuming_early_is_a_fresh_act(ask: Ask, alice: User) -> None:
    choose(alice, NEWS, allow=True)
    pause(alice, 90, OLD_LINK)  # asking for less is open to an old link
    with pytest.raises(NotAllowed):
        resume(alice, OLD_LINK)
    with pytest.raises(NotAllowed):
        pause(alice, 30, OLD_LINK)  # shorter is more
    assert ask(purpose=NEWS)["reason"] == "paused"
    resume(alice)
    assert ask(purpose=NEWS)["reason"] == "given" and resume(alice) == []


def test_only_what_is_allowed_can_be_paused(alice: User, demo_policy: Any) -> None:
    for purpose in (NEWS, "click_tracking", "payment"):
        with pytest.raises(DomainError, match="Only what is allowed"):
            pause(alice, purpose=purpose)
    choose(alice, NEWS, allow=True)
    with pytest.raises(InvalidInput):
        pause(alice, 31)
    choose(alice, NEWS, allow=False)
    with pytest.raises(DomainError, match="Only what is allowed"):
        pause(alice)
    assert not Preference.objects.exclude(paused_until=None).exists()


def test_a_pause_never_lifts_a_no_of_a_merged_person(ask: Ask, alice: User, bob: User) -> None:
    choose(alice, NEWS, allow=True)
    choose(bob, NEWS, allow=False)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    with pytest.raises(DomainError):
        pause(alice)
    assert ask(purpose=NEWS)["decision"] == "deny"


def test_a_pause_of_a_merged_person_holds_for_both(ask: Ask, alice: User, bob: User) -> None:
    choose(alice, NEWS, allow=True)
    choose(bob, NEWS, allow=True)
    pause(bob)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert ask(purpose=NEWS)["reason"] == "paused"
    assert len(resume(alice)) == 2
    assert ask(purpose=NEWS)["reason"] == "given"


def test_the_page_offers_less_beside_none_and_tells_it(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    off = client.get("/preferences/").content.decode()
    assert 'value="pause"' not in off
    choose(alice, NEWS, allow=True)
    page = client.get("/preferences/").content.decode()
    card = page[page.index('id="newsletter"') : page.index("</article>")]
    assert card.index('value="no"') < card.index('value="slow"')  # "none" stays nearer than "less"
    client.post("/preferences/", {"choice": "pause", "purpose": NEWS, "days": "30"})
    client.post("/preferences/", {"choice": "slow", "purpose": NEWS})
    page = client.get("/preferences/").content.decode()
    assert "and paused until" in page and "At most one message a month." in page
    event = ConsentEvent.objects.get(status="paused")
    history = page[page.index('<h2 id="history"') :]
    assert "paused, until" in history and f'value="{event.pk}"' in history
    client.post("/preferences/", {"choice": "undo", "event": str(event.pk), "purpose": NEWS})
    assert ConsentEvent.objects.latest("at").status == "resumed"
    assert Preference.objects.get().pace == ""


@pytest.mark.parametrize("days", ["", "0", "31", "-30", "٣٠", "9" * 400, "30.0"])
def test_other_days_change_nothing(alice: User, demo_policy: Any, days: str) -> None:
    choose(alice, NEWS, allow=True)
    page = signed_in(alice).post("/preferences/", {"choice": "pause", "purpose": NEWS, "days": days}, follow=True)
    assert page.status_code == 200 and b'class="notice danger"' in page.content
    assert ConsentEvent.objects.count() == 1


def test_a_link_reaches_only_its_own_mailbox(alice: User, bob: User, demo_policy: Any) -> None:
    choose(bob, NEWS, allow=True)
    path = f"/preferences/by/{make_preferences_token('alice@example.com', clock.now())}/"
    for choice in ("pause", "slow", "resume"):
        Client().post(path, {"choice": choice, "purpose": NEWS, "days": "30"})
    assert ConsentEvent.objects.count() == 1

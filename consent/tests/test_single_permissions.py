"""A grant for one thing within a purpose: exactly that thing, as it was read, until either is taken back."""

import datetime as dt
import uuid
from collections.abc import Sequence

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import merge_subjects
from consent.models import Preference, ScopedEvent, ScopedGrant
from consent.scoped.links import make_permission_token
from consent.services import How, decline_all
from consent.tests.conftest import choose
from consent.vocabulary import Door, Status
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.policy import grant_requests
from privacy.policy.grant_requests import Ask, Change, Granted, Key, Shown, Wanted
from privacy.policy.models import PolicyVersion
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PURPOSE, SCOPE = "testimonials", "thing:1"
SIGNED_IN = "/preferences/permissions/"


class Things:
    """The owner of the kind `thing`: what each of its things reads like, and what it was told."""

    def __init__(self) -> None:
        self.texts = {"1": "Best tool in town."}
        self.told: list[Change] = []

    def show(self, keys: Sequence[Key], subject_ids: Sequence[uuid.UUID]) -> dict[Key, Shown]:
        known = {(purpose, key): self.texts[key] for purpose, key in keys if key in self.texts}
        return {
            pair: Shown("Your words", text, (("Name", "Alice"),), ("testimonials",)) for pair, text in known.items()
        }


@pytest.fixture
def things(demo_policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> Things:
    owner = Things()
    monkeypatch.setattr(grant_requests, "_kinds", {"thing": owner.show})
    monkeypatch.setattr(grant_requests, "_listeners", [owner.told.append])
    return owner


def ask(user: User, now: dt.datetime | None = None) -> str:
    return grant_requests.ask_scope(Ask(user.subject_id, PURPOSE, scope=SCOPE), actor=SYSTEM, now=now or clock.now())


def granted(user: User, text: str = "Best tool in town.", now: dt.datetime | None = None) -> Granted:
    digest = Shown("Your words", text, (("Name", "Alice"),), ("testimonials",)).digest
    wanted = [Wanted(user.subject_id, SCOPE, digest)]
    return grant_requests.granted(purpose=PURPOSE, wanted=wanted, now=now or clock.now())[0]


def link(user: User, *, age: dt.timedelta = dt.timedelta()) -> str:
    return f"{SIGNED_IN}by/{make_permission_token(user.subject_id, PURPOSE, SCOPE, clock.now() - age)}/"


def press(client: Client, url: str, choice: str, **more: str) -> int:
    page = client.get(url).content.decode()
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    return client.post(url, {"choice": choice, "digest": digest, **more}).status_code


def test_being_asked_is_no_grant_and_a_fresh_link_makes_one(things: Things, alice: User) -> None:
    assert ask(alice) == "requested"
    assert granted(alice).reason == "not_given" and not things.told
    assert OutboxMessage.objects.get().template == "consent.permission"
    url = link(alice)
    page = Client().get(url).content.decode()
    assert "Best tool in town." in page and "You can withdraw at any time" in page
    assert ScopedGrant.objects.get().status == Status.REQUESTED  # a GET decides nothing
    assert press(Client(), url, "yes") == 302
    answer = granted(alice)
    assert answer.allowed and answer.event_id == ScopedEvent.objects.get(status=Status.GIVEN).pk
    assert Preference.objects.get().status == Status.GIVEN
    assert things.told[-1].is_granted and things.told[-1].scope == SCOPE


def test_an_old_link_declines_and_mails_a_fresh_one(things: Things, alice: User) -> None:
    ask(alice, clock.now() - dt.timedelta(hours=1))
    url = link(alice, age=dt.timedelta(minutes=11))
    page = Client().get(url).content.decode()
    assert "Mail me a link to permit" in page and 'value="yes"' not in page
    assert press(Client(), url, "yes") == 302
    assert not granted(alice).allowed
    press(Client(), url, "fresh")
    assert OutboxMessage.objects.count() == 2
    press(Client(), url, "no")
    assert ScopedGrant.objects.get().status == Status.REFUSED
    assert ask(alice) == "refused_before"
    assert ask(alice, clock.now() + dt.timedelta(days=170)) == "refused_before"
    assert ask(alice, clock.now() + dt.timedelta(days=190)) == "requested"


def test_nobody_is_asked_about_a_thing_soon_after_a_no_to_the_purpose(things: Things, alice: User) -> None:
    choose(alice, PURPOSE, allow=False)
    assert ask(alice) == "refused_before" and not OutboxMessage.objects.exists()
    wished = Ask(alice.subject_id, PURPOSE, scope=SCOPE, is_wished=True)  # she said yes in a form herself
    assert grant_requests.ask_scope(wished, actor=SYSTEM, now=clock.now()) == "requested"


def test_another_text_needs_another_grant(things: Things, alice: User) -> None:
    ask(alice)
    url = link(alice)
    page = Client().get(url).content.decode()
    old = page.partition('name="digest" value="')[2].partition('"')[0]
    things.texts["1"] = "Best tool in the world."
    Client().post(url, {"choice": "yes", "digest": old})
    assert not ScopedEvent.objects.filter(status=Status.GIVEN).exists()
    press(Client(), url, "yes")
    assert granted(alice, "Best tool in the world.").allowed
    assert granted(alice).reason == "text_changed"


def test_a_no_to_the_purpose_ends_each_of_its_things_at_once(things: Things, alice: User) -> None:
    ask(alice)
    press(Client(), link(alice), "yes")
    choose(alice, PURPOSE, allow=False)
    assert granted(alice).reason == "withdrawn"
    assert [change.scope for change in things.told if not change.is_granted] == [SCOPE, ""]
    choose(alice, PURPOSE, allow=True)
    assert granted(alice).reason == "withdrawn"  # a yes to the purpose brings no single thing back
    press(signed_in(alice), SIGNED_IN, "yes", purpose=PURPOSE, scope=SCOPE)
    assert granted(alice).allowed
    decline_all(subject_id=alice.subject_id, how=How(Door.LINK), actor=Actor.subject(alice.subject_id), now=clock.now())
    assert not granted(alice).allowed


def test_a_grant_for_one_person_is_none_for_another(things: Things, alice: User, mallory: User) -> None:
    ask(alice)
    press(Client(), link(alice), "yes")
    assert not granted(mallory).allowed
    page = signed_in(mallory).get(SIGNED_IN).content.decode()
    assert "Best tool" not in page
    for token in ("nonsense", make_permission_token(alice.subject_id, PURPOSE, "thing:9", clock.now())):
        assert Client().get(f"{SIGNED_IN}by/{token}/").status_code == 404
    late = link(alice, age=dt.timedelta(days=31))
    assert Client().get(late).status_code == 404 and Client().post(late, {"choice": "no"}).status_code == 404
    assert granted(alice).allowed


def test_merged_people_and_the_end_of_a_purpose(things: Things, alice: User, bob: User) -> None:
    ask(alice)
    press(Client(), link(alice), "yes")
    choose(bob, PURPOSE, allow=False)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert not granted(alice).allowed and not granted(bob).allowed


def test_what_is_gone_is_not_asked_about_and_no_desk_is_a_no(
    things: Things, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(alice)
    things.texts.clear()
    assert Client().get(link(alice)).status_code == 404
    assert "asked you nothing" in signed_in(alice).get(SIGNED_IN).content.decode()
    monkeypatch.setattr(grant_requests, "_desks", [])
    assert granted(alice).reason == "no_gate"


def test_a_form_asks_for_purposes_by_one_mail_and_its_no_ends_nothing(demo_policy: PolicyVersion, alice: User) -> None:
    choose(alice, "events", allow=True)
    asked = Ask(alice.subject_id, site="blogs", source_kind="form")
    states = grant_requests.ask_purposes(
        asked, ["newsletter", "product_news", "events", "transactional"], actor=SYSTEM, now=clock.now()
    )
    assert states == {
        "newsletter": "requested",
        "product_news": "requested",
        "events": "given",
        "transactional": "locked",
    }
    assert OutboxMessage.objects.count() == 1
    waiting = Preference.objects.filter(status=Status.REQUESTED).values_list("purpose", flat=True)
    assert sorted(waiting) == ["newsletter", "product_news"]
    for purpose, state in (("events", "unchanged"), ("partner_offers", "refused"), ("transactional", "locked")):
        no = Ask(alice.subject_id, purpose, site="blogs")
        assert grant_requests.note_no(no, actor=SYSTEM, now=clock.now()) == state
    assert Preference.objects.get(purpose="events").status == Status.GIVEN


def test_the_preferences_page_leads_to_single_permissions(demo_policy: PolicyVersion, alice: User) -> None:
    assert f'href="{SIGNED_IN}"' in signed_in(alice).get("/preferences/").content.decode()

"""A signal against an earlier yes: it counts, the person is told, and only an answer with the signal in view
allows anyway (C-3, C-4, C-5, C-6)."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from consent.links import make_preferences_token, make_unsubscribe_token
from consent.models import ConsentEvent
from consent.services import How
from consent.signals.models import SignalEvent
from consent.signals.services import allow_anyway
from consent.tests.conftest import Ask, ask, choose
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotAllowed
from privacy.testing.cast import signed_in

__all__ = ["ask"]
pytestmark = pytest.mark.django_db
GPC = {"Sec-GPC": "1"}
SHARING = {"purpose": "third_party_sharing"}


@pytest.fixture
def page(demo_policy: Any, alice: User) -> Client:
    """Alice had allowed sharing; then her browser sends GPC."""
    choose(alice, "third_party_sharing", allow=True)
    client = signed_in(alice)
    client.get("/policy/", headers=GPC)
    return client


def events() -> list[tuple[str, str, str]]:
    rows = ConsentEvent.objects.filter(purpose="third_party_sharing").order_by("at", "id")
    return [(row.status, row.door, row.source_id) for row in rows]


def test_the_conflict_is_shown_with_its_dates_and_both_ways_out(page: Client) -> None:
    shown = page.get("/preferences/").text
    assert "Opt-out request honored" in shown and "1 of your earlier choices says otherwise" in shown
    answer = page.get("/preferences/signals/", headers=GPC).text
    assert "you had allowed this on" in answer and answer.count("Keep opted out") == 6
    assert answer.count('value="keep" aria-pressed="true"') == 6  # a toggle in the opted-out state
    assert answer.count("Allow anyway") == 6  # one press each, side by side


def test_a_plain_yes_does_not_get_past_the_signal(page: Client, alice: User) -> None:
    answer = page.post("/preferences/", {**SHARING, "choice": "yes"}, follow=True)
    assert "Your browser asks us to opt you out of this" in answer.text
    assert events()[-1] == ("withdrawn", "signal", "gpc")
    for door in (Door.SIGNED_IN, Door.BANNER, Door.APP):
        with pytest.raises(NotAllowed):
            choose(alice, "third_party_sharing", allow=True, how=How(door))


def test_allowed_anyway_stands_while_the_signal_goes_on(page: Client, ask: Ask, alice: User) -> None:
    page.post("/preferences/signals/", {**SHARING, "choice": "anyway"}, headers=GPC)
    assert events()[-1] == ("given", "signed_in", "gpc")
    cache.clear()
    page.get("/policy/", headers=GPC)
    question = {"email": alice.email, **SHARING}
    assert ask(**question)["decision"] == ask(**question, signals=["gpc"])["decision"] == "allow"
    assert "you said so with the signal in view" in page.get("/preferences/signals/").text
    page.post("/preferences/signals/", {**SHARING, "choice": "keep"})
    assert ask(**question)["decision"] == "deny" and events()[-1][0] == "withdrawn"


def test_kept_is_an_answer_and_is_not_asked_again(page: Client) -> None:
    assert "says otherwise" in page.get("/preferences/").text
    page.post("/preferences/signals/", {**SHARING, "choice": "keep"})
    assert "says otherwise" not in page.get("/preferences/").text
    kept = SignalEvent.objects.get(act="kept")
    assert (kept.signal, kept.purpose) == ("gpc", "third_party_sharing")
    assert events()[-1] == ("withdrawn", "signal", "gpc")


def test_a_new_signal_beats_a_yes_that_did_not_know_it(both_honored: None, alice: User) -> None:
    client = signed_in(alice)
    client.get("/policy/", headers=GPC)
    client.post("/preferences/signals/", {"purpose": "usage_analytics", "choice": "anyway"})
    rows = ConsentEvent.objects.filter(purpose="usage_analytics").order_by("at")
    assert rows.last().status == "permitted"  # type: ignore[union-attr]  # there is one, or the test fails here
    client.get("/policy/", headers={"DNT": "1"})
    assert (rows.last().status, rows.last().source_id) == ("objected", "dnt")  # type: ignore[union-attr]  # there is one, or the test fails here


def test_only_the_signed_in_person_answers(page: Client, alice: User) -> None:
    answer = Client().post("/preferences/signals/", {**SHARING, "choice": "anyway"})
    assert answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]
    with pytest.raises(NotAllowed):
        allow_anyway(
            subject_id=alice.subject_id,
            purpose_code="third_party_sharing",
            how=How(Door.BANNER),
            actor=Actor.subject(alice.subject_id),
            now=clock.now(),
        )
    page.post("/preferences/signals/", {"purpose": "newsletter", "choice": "anyway"})
    page.post("/preferences/signals/", {"purpose": "x\x00", "choice": "keep"})
    page.post("/preferences/signals/", {**SHARING, "choice": "perhaps"})
    assert not ConsentEvent.objects.filter(purpose="newsletter").exists()
    assert events()[-1] == ("withdrawn", "signal", "gpc")


def by_link(user: User, **ago: float) -> str:
    return f"/preferences/by/{make_preferences_token(user.email, clock.now() - dt.timedelta(**ago))}/"


def test_who_has_no_account_answers_by_a_fresh_link(page: Client, ask: Ask, alice: User) -> None:
    """The page of the link leads to the holder's own conflict, and the answer there counts."""
    client, path = Client(), by_link(alice)
    shown = client.get(path, headers=GPC).text
    assert "1 of your earlier choices says otherwise" in shown and f'href="{path}signals/"' in shown
    shown = client.get(f"{path}signals/", headers=GPC).text
    assert "you had allowed this on" in shown and f'href="{path}"' in shown
    assert events()[-1] == ("withdrawn", "signal", "gpc")
    answer = client.post(f"{path}signals/", {**SHARING, "choice": "anyway"}, headers=GPC)
    assert answer.headers["Location"] == f"{path}signals/"
    assert events()[-1] == ("given", "link", "gpc") and ask(**SHARING)["decision"] == "allow"
    client.post(f"{path}signals/", {**SHARING, "choice": "keep"}, headers=GPC)
    assert events()[-1][:2] == ("withdrawn", "link")


def test_an_old_link_stays_opted_out_and_a_broken_one_shows_nothing(page: Client, alice: User) -> None:
    path = f"{by_link(alice, minutes=11)}signals/"
    answer = Client().post(path, {**SHARING, "choice": "anyway"}, headers=GPC, follow=True)
    assert "older links can only decline" in answer.text and events()[-1] == ("withdrawn", "signal", "gpc")
    answer = Client().post(path, {**SHARING, "choice": "keep"}, headers=GPC, follow=True)
    assert "you stay opted out" in answer.text and SignalEvent.objects.filter(act="kept").count() == 1
    for token in ("x", "x" * 900, make_unsubscribe_token(alice.subject_id, "newsletter")):
        assert Client().get(f"/preferences/by/{token}/signals/").status_code == 404


def test_a_mailbox_that_nobody_knows_has_nothing_to_answer(page: Client) -> None:
    path = f"/preferences/by/{make_preferences_token('new@example.com', clock.now())}/signals/"
    assert "Honored for this visit" in Client().get(path, headers=GPC).text
    answer = Client().post(path, {**SHARING, "choice": "anyway"}, headers=GPC, follow=True)
    assert "There is no such decision of yours" in answer.text


def test_a_refused_answer_speaks_the_readers_language(page: Client) -> None:
    german = {"Accept-Language": "de"}
    answer = page.post("/preferences/signals/", {**SHARING, "choice": "perhaps"}, headers=german, follow=True)
    assert "Choose" not in answer.text and "Wählen Sie" in answer.text


def test_the_page_speaks_the_readers_language(page: Client) -> None:
    german = page.get("/preferences/signals/", headers={**GPC, "Accept-Language": "de"}).text
    assert "Abgelehnt lassen" in german and "Signale Ihres Browsers" in german and "Keep opted out" not in german

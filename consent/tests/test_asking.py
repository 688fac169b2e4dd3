"""Nobody is asked again soon after a no, nor while a signal or a pause says no (E-7, C-5, complaint 5)."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.asking import MayAsk, may_ask
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.services import How
from consent.terms import forget_terms
from consent.tests.conftest import Ask, choose
from consent.tests.test_stale_grants import MORE, publish
from consent.vocabulary import Door, Status
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today as local_today
from privacy.policy.services import load_policy
from privacy.policy.tests.files import edited
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
REFUSED = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
SIX, TWELVE = dt.date(2026, 9, 10), dt.date(2027, 3, 10)


def asked(user: User, on: dt.date = SIX, region: str = "", purpose: str = "newsletter", **more: Any) -> MayAsk:
    now = dt.datetime.combine(on, dt.time(12), dt.UTC)
    return may_ask([user.subject_id], purpose, region, now=now, **more)


@pytest.mark.promise(24)
@pytest.mark.usefixtures("demo_policy")
def test_six_months_after_a_refusal_and_not_a_day_before(alice: User) -> None:
    choose(alice, "newsletter", allow=False, now=REFUSED)
    assert asked(alice, SIX - dt.timedelta(days=1)) == MayAsk(False, "refused_recently", SIX)
    assert asked(alice, SIX) == MayAsk(True, "long_ago", SIX)
    assert asked(alice, SIX, purpose="events") == MayAsk(True, "never_asked")


@pytest.mark.parametrize(("refused_in", "asked_in"), [("US-CA", ""), ("", "US-CA"), ("US-CA", "DE"), ("DE", "US-CA")])
@pytest.mark.usefixtures("demo_policy")
def test_twelve_in_california_wherever_the_person_was_then_or_is_now(
    alice: User, refused_in: str, asked_in: str
) -> None:
    choose(alice, "newsletter", allow=False, how=How(Door.BANNER, region=refused_in), now=REFUSED)
    assert asked(alice, SIX, asked_in) == MayAsk(False, "refused_recently", TWELVE)
    assert asked(alice, TWELVE, asked_in).allowed


@pytest.mark.usefixtures("demo_policy")
def test_a_withdrawal_counts_like_a_refusal_and_a_second_refusal_counts_anew(alice: User) -> None:
    choose(alice, "newsletter", allow=True, now=REFUSED - dt.timedelta(days=9))
    assert asked(alice).reason == "given"
    choose(alice, "newsletter", allow=False, now=REFUSED)
    assert asked(alice, SIX - dt.timedelta(days=1)).reason == "withdrawn_recently"
    again = dt.datetime.combine(SIX, dt.time(15), dt.UTC)
    assert choose(alice, "newsletter", allow=False, now=again - dt.timedelta(days=20)) == []  # nobody had asked
    (event,) = choose(alice, "newsletter", allow=False, now=again)
    assert event.status == Status.REFUSED
    assert asked(alice, SIX + dt.timedelta(days=1)) == MayAsk(False, "refused_recently", dt.date(2027, 3, 10))


@pytest.mark.usefixtures("demo_policy")
def test_what_else_forbids_asking(alice: User) -> None:
    assert asked(alice, purpose="payment").reason == "no_consent_needed"
    assert asked(alice, purpose="usage_analytics").reason == "no_consent_needed"
    assert asked(alice, purpose="invented").reason == "unknown_purpose"
    assert asked(alice, purpose="partner_offers", signals=["gpc"]) == MayAsk(False, "signal")
    assert asked(alice, purpose="newsletter", signals=["gpc"]).allowed  # this one is not about it
    assert asked(alice, purpose="partner_offers", signals=["dnt"]).allowed  # which this policy ignores
    choose(alice, "events", allow=True, now=REFUSED)
    paused = dt.datetime.combine(SIX, dt.time(18), dt.UTC)
    Preference.objects.filter(purpose="events").update(paused_until=paused, status=Status.EXPIRED)
    assert asked(alice, purpose="events") == MayAsk(False, "paused", SIX + dt.timedelta(days=1))
    assert asked(alice, SIX + dt.timedelta(days=1), purpose="events").reason == "expired"
    Preference.objects.filter(purpose="events").update(paused_until=None, status=Status.REQUESTED)
    assert asked(alice, purpose="events").reason == "pending"


@pytest.mark.usefixtures("demo_policy")
def test_a_changed_text_is_asked_about_once_and_not_before_its_time(alice: User, bob: User) -> None:
    """Complaint 5: a way to ask again after a change, and not at every visit."""
    today = local_today()
    choose(alice, "newsletter", allow=True)
    choose(bob, "newsletter", allow=False)
    publish(MORE)
    assert asked(alice, today) == MayAsk(True, "stale")
    assert asked(bob, today).reason == "refused_recently"
    choose(alice, "newsletter", allow=False)
    assert not asked(alice, today).allowed


@pytest.mark.usefixtures("demo_policy")
def test_partner_systems_ask_about_several_purposes(alice: User) -> None:
    choose(alice, "newsletter", allow=False)
    key = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())

    def post(body: Any, status: int = 200, key: str = key) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        answer = Client().post("/api/v1/may-ask", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    body = {"subject": {"email": alice.email}, "purposes": ["newsletter", "events"], "region": "US-CA"}
    first, second = post(body)["answers"]
    assert (first["may_ask"], first["reason"]) == (False, "refused_recently") and first["next_on"] > "2000"
    assert second == {"purpose": "events", "may_ask": True, "reason": "never_asked", "next_on": None}
    stranger = post({**body, "subject": {"email": "stranger@example.com"}})["answers"]
    assert [one["may_ask"] for one in stranger] == [True, True]
    post(body, 401, key="kept_wrong")
    other = make_api_key(label="feed", scopes="feed", actor=OPERATOR, now=clock.now())
    post(body, 401, key=other)
    for wrong, field in (
        ({**body, "purposes": []}, "purposes"),
        ({**body, "purposes": ["a"] * 101}, "purposes"),
        ({**body, "purposes": "newsletter"}, "purposes"),
        ({**body, "subject": {"email": 1}}, "subject"),
        ({**body, "subject": {"shoe": "x"}}, "subject"),
        ({**body, "region": 7}, "region"),
        ({**body, "signals": [1]}, "signals"),
        ([], "body"),
    ):
        assert post(wrong, 400)["field"] == field
    assert signed_in(alice).get("/api/v1/may-ask").status_code == 405
    assert ConsentEvent.objects.count() == 1  # a question writes nothing


@pytest.mark.promise(19)
def test_a_dated_rule_of_a_region_puts_a_purpose_on_until_somebody_chooses(alice: User, db: None) -> None:
    rule = "from_on: 2023-01-01, ask_again_months: 12"
    load_policy(text=edited((rule, f"{rule}, on_by_default: [events]")), actor=OPERATOR, now=clock.now())
    forget_terms()
    now = clock.now()

    def answer(region: str, at: dt.datetime = now) -> tuple[bool, str]:
        found = decide_for([alice.subject_id], "events", now=at, region=region)
        return found.allowed, found.reason

    assert answer("US-CA") == (True, "on_by_default")
    assert (
        answer("") == answer("DE") == answer("US-CA", dt.datetime(2022, 12, 31, tzinfo=dt.UTC)) == (False, "not_given")
    )
    choose(alice, "events", allow=False)
    assert answer("US-CA") == (False, "refused")
    assert PolicyVersion.objects.get().is_published


def test_a_dated_rule_ends_with_the_day_of_the_controller(alice: User, settings: Any) -> None:
    """Not with that of Greenwich: in Mumbai the tenth of March ends at 18:30 UTC."""
    settings.KEPT_TIME_ZONE = "Asia/Kolkata"
    rule = "from_on: 2023-01-01, ask_again_months: 12"
    ending = edited((rule, f"{rule}, until_on: 2026-03-10, on_by_default: [events]"))
    load_policy(text=ending, actor=OPERATOR, now=clock.now())
    forget_terms()

    def is_allowed(hour: int, minute: int) -> bool:
        at = dt.datetime(2026, 3, 10, hour, minute, tzinfo=dt.UTC)
        return decide_for([alice.subject_id], "events", now=at, region="US-CA").allowed

    assert is_allowed(18, 29) and not is_allowed(18, 30)


def test_unchanged_is_not_said_of_a_rule_that_has_ended(ask: Ask, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which a dated rule begins or ends turns the answer of somebody who never chose, and its version."""
    rule = "from_on: 2023-01-01, ask_again_months: 12"
    publish((rule, f"{rule}, until_on: {local_today()}, on_by_default: [events]"))
    on = ask(purpose="events", region="US-CA")
    assert on["decision"] == "allow"
    later = clock.now() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    off = ask(purpose="events", region="US-CA", if_version=on["version"])
    assert (off["decision"], off["unchanged"]) == ("deny", False)

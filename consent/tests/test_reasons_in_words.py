"""Every answer explains itself: one sentence for each step, with what was beaten and when."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from accounts.services import merge_subjects
from consent.models import ConsentEvent, Preference
from consent.services import How
from consent.tests.conftest import Ask, choose
from consent.vocabulary import DPV_STATUS, Door, Status, dpv_status
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.models import Restriction

pytestmark = pytest.mark.django_db
MAY, NOVEMBER = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC), dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
GPC = How(Door.SIGNAL, source_kind="signal", source_id="gpc")


def why(ask: Ask, **question: Any) -> str:
    answer = ask(**question)
    assert len(answer["explanation"]) == len(answer["trace"])
    return str(answer["explanation"][-1])


@pytest.mark.promise(18)
def test_each_step_is_a_sentence(ask: Ask, alice: User) -> None:
    choose(alice, "click_tracking", allow=True, now=MAY)
    answer = ask(purpose="click_tracking", category="browsing")
    assert answer["trace"] == ["purpose:click_tracking", "basis:consent", "category:browsing", "allow:given"]
    assert answer["explanation"] == [
        "The purpose click_tracking, by the policy of 2018-05-15.",
        "It rests on consent: it is off until the person says yes.",
        "Data of the category browsing is meant.",
        "allowed: the grant of 2026-05-01 stands, until 2028-04-30.",
    ]


def test_a_signal_beats_an_earlier_yes_and_says_so(ask: Ask, alice: User) -> None:
    choose(alice, "site_measurement", allow=True, now=MAY)
    choose(alice, "site_measurement", allow=False, how=GPC, now=NOVEMBER)
    said = "denied: the browser's GPC signal of 2026-11-02 beats the grant of 2026-05-01."
    assert why(ask, purpose="site_measurement") == said


@pytest.mark.promise(50)
def test_the_no_of_a_merged_subject_beats_the_yes_of_another(ask: Ask, alice: User, bob: User) -> None:
    choose(alice, "newsletter", allow=True, now=MAY)
    choose(bob, "newsletter", allow=False, how=How(Door.ONE_CLICK), now=NOVEMBER)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=NOVEMBER)
    said = why(ask, purpose="newsletter")
    assert said.startswith("denied: the ") and said.endswith(" of 2026-11-02 beats the grant of 2026-05-01.")


def test_each_reason_has_its_words(ask: Ask, alice: User) -> None:
    assert why(ask, purpose="newsletter") == "denied: nobody has said yes."
    assert why(ask, purpose="account_service") == "allowed: it is needed, and nobody can switch it off."
    assert why(ask, purpose="security_logs") == "allowed: nobody has objected."
    assert why(ask, purpose="nothing") == "denied: legal has not published this purpose."
    assert "never used for this purpose" in why(ask, purpose="newsletter", category="billing")
    choose(alice, "newsletter", allow=False, now=MAY)
    assert why(ask, purpose="newsletter") == "denied: the refusal of 2026-05-01 stands."
    choose(alice, "newsletter", allow=True, now=NOVEMBER)
    Preference.objects.update(paused_until=dt.datetime(2999, 1, 1, tzinfo=dt.UTC), pace="fewer")
    assert why(ask, purpose="newsletter") == "denied: paused until 2999-01-01, as the person asked."
    Preference.objects.update(paused_until=None)
    assert ask(purpose="newsletter")["pace"] == "fewer"
    Restriction.objects.create(subject=alice.subject, ground="accuracy")
    assert "only be stored" in why(ask, purpose="newsletter")


def test_the_version_changes_with_each_end_that_passes(ask: Ask, alice: User) -> None:
    choose(alice, "click_tracking", allow=True, now=MAY)
    soon = dt.datetime.now(dt.UTC)
    Preference.objects.update(paused_until=soon + dt.timedelta(hours=1), expires_at=soon + dt.timedelta(hours=2))
    versions = [ask(purpose="click_tracking")["version"]]
    for column in ("paused_until", "expires_at"):
        Preference.objects.update(**{column: soon})
        versions.append(ask(purpose="click_tracking")["version"])
    assert len(set(versions)) == 3


def test_who_named_the_standing_version_gets_no_more_than_that(ask: Ask, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    version = ask(purpose="newsletter")["version"]
    short = ask(purpose="newsletter", if_version=version)
    assert short == {"decision": "allow", "reason": "given", "version": version, "unchanged": True}


def test_every_status_has_its_dpv_term_and_class() -> None:
    easing = {Status.PAUSED, Status.SLOWED, Status.RESUMED}
    assert set(DPV_STATUS) == set(Status) - easing
    valid = {status for status, (_, is_valid) in DPV_STATUS.items() if is_valid}
    assert valid == {Status.GIVEN, Status.PERMITTED, Status.OVERRULED}
    assert dpv_status("given") == ("dpv:ConsentGiven", True)
    assert dpv_status("given", previous="expired") == ("dpv:RenewedConsentGiven", True)
    assert dpv_status("withdrawn") == ("dpv:ConsentWithdrawn", False)


def test_what_decided_stands_beside_the_preference(ask: Ask, alice: User) -> None:
    choose(alice, "site_measurement", allow=True, now=MAY)
    choose(alice, "site_measurement", allow=False, how=GPC, now=NOVEMBER)
    row = Preference.objects.get()
    assert (row.door, row.source, row.given_at) == ("signal", "gpc", MAY)
    assert row.event_id == ConsentEvent.objects.latest("at").pk

"""The state at a past moment is what the decision said then: across policies, merges, expiry and clock jumps."""

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from accounts.services import merge_subjects
from consent.audit_events import STATE_READ
from consent.easing import pause_purpose, resume_purpose, slow_purpose
from consent.models import ConsentEvent, Preference
from consent.replay import PersonState, _events, _standings, _valid_days, state_at
from consent.rules import Decision
from consent.selectors import decide_for
from consent.services import How
from consent.terms import forget_terms
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.personal_data.models import Restriction
from privacy.personal_data.selectors import alias_set
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NOW = START + dt.timedelta(days=900)
CODE = "newsletter"


def decision_of(state: list[PersonState], code: str = CODE, channel: str = "") -> Decision:
    [one] = [each for person in state for each in person.purposes if (each.purpose, each.channel) == (code, channel)]
    return one.decision


def same(found: Decision, said: Decision) -> None:
    """Equal as far as permission goes: the answer, its reason and its end."""
    told = (found.allowed, found.reason, found.expires_at, found.basis)
    assert told == (said.allowed, said.reason, said.expires_at, said.basis)
    assert bool(found.event_id) == bool(said.event_id)  # of several that allow alike, either may be named


@pytest.mark.promise(50)
def test_at_each_moment_the_replay_says_what_the_decision_said(alice: User, demo_policy: Any) -> None:
    steps: list[tuple[bool, dict[str, Any]]] = [
        (True, {}),
        (False, {"channel": "email"}),
        (True, {"channel": "email"}),
        (False, {"how": How(Door.ONE_CLICK)}),
        (True, {"channel": "email"}),
        (True, {}),
    ]
    said = {}
    members = alias_set(alice.subject_id)
    for number, (allow, more) in enumerate(steps):
        at = START + number * HOUR
        choose(alice, CODE, allow=allow, now=at, **more)
        said[at + HOUR / 2] = [
            decide_for(members, CODE, channel=channel, now=at + HOUR / 2) for channel in ("", "email")
        ]
    for moment, (whole, by_email) in said.items():
        state = state_at(members, moment, now=NOW)
        same(decision_of(state), whole)
        if any(one.channel for one in state[0].purposes if one.purpose == CODE):
            same(decision_of(state, channel="email"), by_email)
    before = state_at(members, START - HOUR, now=NOW)
    assert decision_of(before).reason == "not_given"


@pytest.mark.promise(50)
def test_pauses_and_slower_paces_are_replayed_too(alice: User, demo_policy: Any) -> None:
    actor, how, subject = Actor.subject(alice.subject_id), How(Door.SIGNED_IN), alice.subject_id
    less: dict[str, Any] = {"subject_id": subject, "purpose_code": CODE, "how": how, "actor": actor}
    choose(alice, CODE, allow=True, now=START)
    choose(alice, CODE, allow=True, channel="email", now=START + HOUR)
    acts: list[Callable[[dt.datetime], object]] = [
        lambda at: slow_purpose(**less, now=at),
        lambda at: pause_purpose(**less, days=30, now=at),
        lambda at: resume_purpose(**less, now=at),
        lambda at: pause_purpose(**less, days=90, now=at),
        lambda at: choose(alice, CODE, allow=False, now=at),
        lambda at: choose(alice, CODE, allow=True, now=at),
    ]
    said: list[tuple[dt.datetime, Decision]] = []
    for number, act in enumerate(acts, start=2):
        act(START + number * HOUR)
        moment = START + number * HOUR + HOUR / 2
        said.append((moment, decide_for([subject], CODE, now=moment)))
    assert [one.reason for _, one in said] == ["given", "paused", "given", "paused", "withdrawn", "withdrawn"]
    for moment, one in said:
        same(decision_of(state_at([subject], moment, now=NOW)), one)
    standing = {row.channel: (row.status, row.paused_until, row.pace) for row in Preference.objects.all()}
    folded = _standings(
        events := _events([subject], None), {(on, code): days for on, code, days in _valid_days(events)}
    )
    assert {one.channel: (one.status, one.paused_until, one.pace) for one in folded.values()} == standing


def test_a_consent_that_had_run_out_had_run_out(alice: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True, now=START)
    end = Preference.objects.get(subject_id=alice.subject_id).expires_at
    for moment in (START + HOUR, *([end - HOUR, end + HOUR] if end else [])):
        state = state_at([alice.subject_id], moment, now=NOW + dt.timedelta(days=9999))
        same(decision_of(state, "click_tracking"), decide_for([alice.subject_id], "click_tracking", now=moment))


def test_the_policy_of_that_day_decides(alice: User, demo_policy: Any) -> None:
    choose(alice, CODE, allow=True, now=START)
    draft = load_policy(text=dated("2026-03-01"), actor=OPERATOR, now=START).version
    publish_policy(version=draft, actor=OPERATOR, now=START)
    forget_terms()
    [before] = state_at([alice.subject_id], START + HOUR, now=NOW)
    [after] = state_at([alice.subject_id], START + dt.timedelta(days=90), now=NOW)
    assert (before.notice_version, after.notice_version) == ("2018-05-15", "2026-03-01")
    [nothing] = state_at([alice.subject_id], dt.datetime(2001, 1, 1, tzinfo=dt.UTC), now=NOW)
    assert nothing.notice_version == "" and nothing.purposes == ()


def test_before_a_merge_there_were_two_people(alice: User, bob: User, demo_policy: Any) -> None:
    choose(alice, CODE, allow=True, now=START)
    choose(bob, CODE, allow=False, now=START)
    merged = START + 5 * HOUR
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=merged)
    members = alias_set(alice.subject_id)
    two = {one.subject_ids: decision_of([one]).allowed for one in state_at(members, START + HOUR, now=NOW)}
    assert two == {(alice.subject_id,): True, (bob.subject_id,): False}
    [one] = state_at(members, merged + HOUR, now=NOW)
    assert set(one.subject_ids) == set(members) and not decision_of([one]).allowed
    same(decision_of([one]), decide_for(members, CODE, now=merged + HOUR))


def test_a_restriction_of_that_time_counts(alice: User, demo_policy: Any) -> None:
    choose(alice, CODE, allow=True, now=START)
    Restriction.objects.create(
        subject_id=alice.subject_id, ground="contested", since=START + HOUR, lifted_at=START + 3 * HOUR
    )
    reasons = [
        decision_of(state_at([alice.subject_id], START + hours * HOUR + HOUR / 2, now=NOW)).reason
        for hours in (0, 1, 3)
    ]
    assert reasons == ["given", "restricted", "given"]


def test_a_clock_that_ran_ahead_hides_nothing_from_now(alice: User, demo_policy: Any) -> None:
    ahead, now = START + 9 * HOUR, START + HOUR
    choose(alice, CODE, allow=True, now=ahead)
    choose(alice, CODE, allow=False, now=now)  # the clock was put right; this came after
    given, withdrawn = ConsentEvent.objects.order_by("at", "id")
    assert given.at < withdrawn.at and withdrawn.status == "withdrawn"
    for moment in (now, now + HOUR, NOW):
        same(decision_of(state_at([alice.subject_id], moment, now=now)), decide_for([alice.subject_id], CODE, now=now))
    assert not decision_of(state_at([alice.subject_id], now, now=now)).allowed


def ask(key: str, body: Any) -> Any:
    return Client().post(
        "/api/v1/consent-state",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )


def test_a_partner_system_asks_by_post_and_the_reading_is_audited(alice: User, demo_policy: Any) -> None:
    key = make_api_key(label="legal", scopes="history", actor=OPERATOR, now=clock.now())
    other = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())
    (event,) = choose(alice, CODE, allow=True, now=START)
    body = {"subject": {"email": alice.email}, "at": "2026-01-01T13:00:00Z", "purpose": CODE}
    answer = ask(key, body)
    [person] = answer.json()["people"]
    [found] = person["purposes"]
    assert (found["decision"], found["reason"], found["event_id"]) == ("allow", "given", str(event.pk))
    read = AuditEvent.objects.get(type=STATE_READ.code)
    assert (read.subject_id, read.actor_kind, alice.email in read.payload) == (alice.subject_id, "api", False)
    assert ask(other, body).status_code == 401
    unknown = ask(key, {**body, "subject": {"email": "nobody@example.com"}}).json()
    assert [one["reason"] for one in unknown["people"][0]["purposes"]] == ["not_given"]
    for field, bad in (("at", "soon"), ("at", "2026-01-01T13:00:00"), ("subject", {}), ("purpose", 7)):
        refused = ask(key, {**body, field: bad})
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert Client().get("/api/v1/consent-state").status_code == 405


def test_the_command_reads_the_address_from_standard_input(
    alice: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(alice, CODE, allow=True, now=START)
    monkeypatch.setattr("sys.stdin", StringIO(f"{alice.email}\n"))
    out = StringIO()
    call_command("consent_state", "-", at="2026-01-01T13:00:00+00:00", json=True, stdout=out)
    found = {one["purpose"]: one["decision"] for one in json.loads(out.getvalue())["people"][0]["purposes"]}
    assert found[CODE] == "allow" and found["click_tracking"] == "deny"
    out = StringIO()
    call_command("consent_state", alice.email, stdout=out)
    assert f"{CODE}: allow, given" in out.getvalue()
    with pytest.raises(CommandError, match="time"):
        call_command("consent_state", alice.email, at="yesterday")
    assert AuditEvent.objects.filter(type=STATE_READ.code, actor_kind="operator").count() == 2

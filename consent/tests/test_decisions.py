"""The decision API: allow or deny with the reason, in force at once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.api_keys import revoke_api_key
from accounts.models import ApiKey, User
from accounts.services import merge_subjects
from consent.api.counting import flush_counts
from consent.models import ConsentEvent, DecisionCount, Preference
from consent.selectors import decide_for, status_at
from consent.services import How
from consent.tests.conftest import Ask, choose
from consent.vocabulary import Door
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM
from privacy.kernel.errors import DomainError
from privacy.personal_data.models import Restriction

pytestmark = pytest.mark.django_db


@pytest.mark.promise(24)
@pytest.mark.promise(23)
def test_a_decline_denies_from_that_moment(ask: Ask, alice: User) -> None:
    choose(alice, "click_tracking", allow=True)
    first = ask(purpose="click_tracking")
    assert (first["decision"], first["reason"], first["basis"]) == ("allow", "given", "consent")
    assert first["expires_at"] and first["notice_version"] == "2018-05-15"
    choose(alice, "click_tracking", allow=False)
    second = ask(purpose="click_tracking", if_version=first["version"])
    assert (second["decision"], second["reason"], second["unchanged"]) == ("deny", "withdrawn", False)
    assert second["event_id"] == str(ConsentEvent.objects.latest("at").pk)
    assert ask(purpose="click_tracking", if_version=second["version"])["unchanged"] is True


@pytest.mark.promise(19)
def test_what_needs_consent_is_off_for_everybody(ask: Ask, alice: User) -> None:
    for email in ("alice@example.com", "nobody@example.com"):
        answer = ask(email=email, purpose="newsletter")
        assert (answer["decision"], answer["reason"]) == ("deny", "not_given")


@pytest.mark.promise(33)
@pytest.mark.promise(18)
def test_the_basis_decides(ask: Ask, alice: User) -> None:
    assert ask(purpose="account_service")["reason"] == "needed"
    assert ask(purpose="security_logs")["reason"] == "not_objected"
    choose(alice, "security_logs", allow=False)
    assert ask(purpose="security_logs")["reason"] == "objected"
    choose(alice, "security_logs", allow=True)
    assert ask(purpose="security_logs")["decision"] == "allow"
    with pytest.raises(DomainError, match="no switch"):
        choose(alice, "account_service", allow=False)


@pytest.mark.promise(36)
def test_what_legal_has_not_published_is_denied(ask: Ask, alice: User) -> None:
    assert ask(purpose="sell_everything")["reason"] == "unknown_purpose"


@pytest.mark.promise(29)
def test_billing_data_is_never_marketing(ask: Ask, alice: User) -> None:
    choose(alice, "product_news", allow=True)
    assert ask(purpose="product_news")["decision"] == "allow"
    assert ask(purpose="product_news", category="billing")["reason"] == "category_not_in_purpose"
    assert ask(purpose="payment", category="billing")["decision"] == "allow"
    assert ask(purpose="product_news", channel="push")["reason"] == "channel_not_in_purpose"


def test_the_most_protective_of_two_merged_people_wins_until_a_fresh_act(ask: Ask, alice: User, bob: User) -> None:
    choose(alice, "newsletter", allow=True)
    choose(bob, "newsletter", allow=True)
    choose(bob, "newsletter", allow=False)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert ask(purpose="newsletter")["reason"] == "withdrawn"
    choose(alice, "newsletter", allow=False)
    choose(alice, "newsletter", allow=True)
    assert ask(purpose="newsletter")["decision"] == "allow"


@pytest.mark.promise(50)
@pytest.mark.parametrize("age_minutes", [11, 60, -1])
def test_an_old_link_can_only_lower(ask: Ask, alice: User, age_minutes: int) -> None:
    how = How(Door.LINK, link_age=dt.timedelta(minutes=age_minutes))
    with pytest.raises(DomainError, match="older links can only decline"):
        choose(alice, "newsletter", allow=True, how=how)
    choose(alice, "newsletter", allow=True)
    choose(alice, "newsletter", allow=False, how=how)
    assert ask(purpose="newsletter")["decision"] == "deny"


@pytest.mark.parametrize("door", [Door.AGENT, Door.IMPORT, Door.SIGNAL, Door.ONE_CLICK])
def test_only_the_person_raises(alice: User, demo_policy: Any, door: Door) -> None:
    with pytest.raises(DomainError):
        choose(alice, "newsletter", allow=True, how=How(door))


def test_consent_runs_out_on_its_day(alice: User, demo_policy: Any) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now)
    subjects = (alice.subject_id,)
    assert decide_for(subjects, "click_tracking", now=now + dt.timedelta(days=729)).allowed
    late = decide_for(subjects, "click_tracking", now=now + dt.timedelta(days=730))
    assert (late.allowed, late.reason) == (False, "expired")


def test_a_restricted_person_is_only_stored(ask: Ask, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    Restriction.objects.create(subject=alice.subject, ground="accuracy")
    assert ask(purpose="newsletter")["reason"] == "restricted"
    assert ask(purpose="legal_obligation")["decision"] == "allow"


@pytest.mark.promise(50)
def test_the_state_at_a_past_moment_is_replayed_and_rows_never_change(alice: User, demo_policy: Any) -> None:
    start = clock.now()
    for hours, allow in ((1, True), (2, False), (3, True)):
        choose(alice, "newsletter", allow=allow, now=start + dt.timedelta(hours=hours))
    subjects = (alice.subject_id,)
    seen = [status_at(subjects, "newsletter", start + dt.timedelta(hours=h, minutes=1)) for h in range(4)]
    assert seen == ["", "given", "withdrawn", "given"]
    with pytest.raises(Exception, match="never updated"):
        ConsentEvent.objects.update(status="given")
    assert verify_ledger(now=clock.now()).faults == []


def test_nothing_is_written_where_nothing_changes(alice: User, demo_policy: Any) -> None:
    assert len(choose(alice, "newsletter", allow=False)) == 1  # a refusal is remembered
    assert choose(alice, "newsletter", allow=False) == []
    assert len(choose(alice, "newsletter", allow=True)) == 1
    assert choose(alice, "newsletter", allow=True) == []


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_leave_one_truth(alice: User, demo_policy: Any) -> None:
    start = threading.Barrier(6)

    def change(allow: bool) -> None:
        start.wait()
        try:
            choose(alice, "newsletter", allow=allow)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(index % 2 == 0,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = Preference.objects.get()
    assert row.version == ConsentEvent.objects.count()
    assert ConsentEvent.objects.get(pk=row.event_id).status == row.status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[]", "body"),
        ("3", "body"),
        ([{}] * 101, "body"),
        ({"subject": {"email": "alice"}, "purpose": "newsletter"}, "identifier"),
        ({"subject": {"name": "alice"}, "purpose": "newsletter"}, "[0].subject"),
        ({"subject": {"email": 3}, "purpose": "newsletter"}, "[0].subject"),
        ({"subject": {"email": "a@b.example"}}, "[0].purpose"),
        ({"subject": {"email": "a@b.example"}, "purpose": "newsletter", "channel": []}, "[0].channel"),
        ({"subject": {"email": "a@b.example"}, "purpose": "newsletter", "if_version": "1"}, "[0].if_version"),
        ([{"subject": {"email": "a@b.example"}, "purpose": "x"}, 7], "[1]"),
        ("[" * 100_000, "body"),
    ],
)
def test_bad_input_names_its_field(ask: Ask, body: Any, field: str) -> None:
    assert ask(body, status=400)["field"] == field


def test_who_has_no_key_learns_nothing(ask: Ask, alice: User) -> None:
    question = {"subject": {"email": "alice@example.com"}, "purpose": "newsletter"}
    ask(question, key="wrong", status=401)
    revoke_api_key(key=ApiKey.objects.get(), actor=OPERATOR, now=clock.now())
    ask(question, status=401)
    assert Client().post("/api/v1/decisions").status_code == 401
    assert Client().get("/api/v1/decisions").status_code == 405


def test_a_list_is_answered_in_order_and_counted_by_the_hour(
    ask: Ask, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(purpose="newsletter")  # the purposes are in memory now
    questions = [{"subject": {"email": "alice@example.com"}, "purpose": p} for p in ("payment", "newsletter")]
    with django_assert_num_queries(1):  # the key, and everybody asked about with what stands
        answers = ask(questions)
    assert [one["decision"] for one in answers] == ["allow", "deny"]
    flush_counts()
    counts = {(row.purpose, row.decision): row.count for row in DecisionCount.objects.all()}
    assert counts == {("newsletter", "deny"): 2, ("payment", "allow"): 1}

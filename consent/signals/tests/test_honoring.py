"""A signal lowers permission for the browser and for the person whom we know; once, on any method (S89, C-1)."""

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Identifier, User
from accounts.services import merge_subjects
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.signals.models import SignalEvent
from consent.signals.services import Sent, honor_signals
from consent.tests.conftest import Ask, ask, choose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import NotAllowed
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.testing.cast import signed_in

__all__ = ["ask"]
pytestmark = pytest.mark.django_db
GPC = {"Sec-GPC": "1"}
DENIED = [
    "partner_offers",
    "site_measurement",
    "third_party_analytics",
    "third_party_sharing",
    "affiliate_enrichment",
    "partner_referral",
]


def allowed(user: User, purpose: str) -> bool:
    return decide_for([user.subject_id], purpose, now=clock.now()).allowed


@pytest.mark.promise(89)
@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_a_signed_in_person_is_opted_out_on_any_method(demo_policy: Any, alice: User, method: str) -> None:
    choose(alice, "third_party_sharing", allow=True)
    choose(alice, "newsletter", allow=True)
    getattr(signed_in(alice), method)("/policy/", headers=GPC)
    assert not allowed(alice, "third_party_sharing")
    assert allowed(alice, "newsletter")  # GPC is about sharing and tracking, not about first-party mail
    rows = Preference.objects.filter(subject=alice.subject).exclude(purpose="newsletter")
    assert sorted(rows.values_list("purpose", flat=True)) == sorted(DENIED)
    events = ConsentEvent.objects.filter(door=Door.SIGNAL)
    assert {(row.source_kind, row.source_id) for row in events} == {("signal", "gpc")}
    assert events.get(purpose="third_party_sharing").status == "withdrawn"
    assert events.get(purpose="partner_offers").status == "refused"


@pytest.mark.promise(89)
def test_an_ignored_signal_changes_and_stores_nothing(demo_policy: Any, alice: User) -> None:
    choose(alice, "third_party_sharing", allow=True)
    before = AuditEvent.objects.count()
    signed_in(alice).get("/policy/", headers={"DNT": "1"})
    assert allowed(alice, "third_party_sharing")
    assert not SignalEvent.objects.exists() and AuditEvent.objects.count() == before


@pytest.mark.parametrize("value", ["0", "", "true", "1;x", "11"])
def test_what_is_no_signal_changes_nothing_and_never_grants(demo_policy: Any, alice: User, value: str) -> None:
    choose(alice, "third_party_sharing", allow=False)
    events = ConsentEvent.objects.count()
    signed_in(alice).get("/policy/", headers={"Sec-GPC": value, "DNT": "0"})
    assert ConsentEvent.objects.count() == events and not SignalEvent.objects.exists()


def test_it_is_noted_once_and_costs_nothing_afterwards(demo_policy: Any, alice: User) -> None:
    client = signed_in(alice)
    client.get("/policy/", headers=GPC)
    count = ConsentEvent.objects.count()
    with CaptureQueriesContext(connection) as plain:
        client.get("/accounts/name/")
    with CaptureQueriesContext(connection) as signaled:
        client.get("/accounts/name/", headers=GPC)
    assert len(signaled) == len(plain)
    cache.clear()  # another process, or an hour later
    client.post("/policy/", headers=GPC)
    assert ConsentEvent.objects.count() == count and SignalEvent.objects.count() == 1


def test_somebody_whom_we_do_not_know_is_answered_without_any_row(demo_policy: Any, client: Client) -> None:
    people = Subject.objects.count(), Identifier.objects.count()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/preferences/signals/", headers=GPC)
    assert "Opt-out request honored" in answer.text and "Nothing is stored about you" in answer.text
    assert "This browser does not send it" in answer.text  # DNT
    assert not any(query["sql"].startswith(("INSERT", "UPDATE")) for query in asked)
    assert (Subject.objects.count(), Identifier.objects.count()) == people
    assert set(answer.cookies) <= {"csrf"}


def test_gpc_and_dnt_are_separate_evidence(both_honored: None, alice: User) -> None:
    signed_in(alice).get("/policy/", headers={**GPC, "DNT": "1"})
    rows = {row.signal: row for row in SignalEvent.objects.all()}
    assert set(rows) == {"dnt", "gpc"} and rows["dnt"].purposes == 2 and rows["gpc"].purposes == 7
    assert all(row.row_hash == row.compute_hash() for row in rows.values())
    objection = ConsentEvent.objects.get(purpose="usage_analytics")
    assert objection.status == "objected"  # Article 21(5): an objection by automated means
    assert not allowed(alice, "usage_analytics")
    assert AuditEvent.objects.filter(type="consent.signal_honored").count() == 2


def test_the_status_page_and_caches_know_what_it_varies_by(demo_policy: Any, client: Client) -> None:
    vary = client.get("/preferences/signals/").headers["Vary"]
    assert "Sec-GPC" in vary and "DNT" in vary
    assert "Sec-GPC" not in client.get("/.well-known/gpc.json").headers.get("Vary", "")


@pytest.mark.django_db(transaction=True)
def test_two_pages_at_once_note_it_once(demo_policy: Any, alice: User) -> None:
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        try:
            sent = Sent(region="US-CA")
            actor = Actor.subject(alice.subject_id)
            honor_signals(subject_id=alice.subject_id, signals=["gpc"], sent=sent, actor=actor, now=clock.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SignalEvent.objects.get().region == "US-CA"
    assert ConsentEvent.objects.count() == len(DENIED)
    assert verify_ledger(now=clock.now()).faults == []


def test_what_a_browser_sent_before_it_was_known_counts_for_its_person(
    demo_policy: Any, alice: User, bob: User
) -> None:
    """Bob's subject stands for the browser: it sent the signal, and then turns out to be alice's."""
    choose(alice, "third_party_sharing", allow=True)
    signed_in(bob).get("/policy/", headers=GPC)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert not decide_for(alias_set(alice.subject_id), "third_party_sharing", now=clock.now()).allowed
    with pytest.raises(NotAllowed):
        choose(alice, "third_party_sharing", allow=True)


@pytest.mark.promise(89)
def test_a_partner_system_asks_with_the_signals_of_its_visitor(ask: Ask, alice: User) -> None:
    choose(alice, "third_party_sharing", allow=True)
    question = {"email": alice.email, "purpose": "third_party_sharing"}
    plain, signaled = ask(**question), ask(**question, signals=["gpc"])
    assert plain["decision"] == "allow"
    assert (signaled["decision"], signaled["reason"]) == ("deny", "signal")
    assert signaled["trace"][-2:] == ["signal:gpc", "deny:signal"]
    assert signaled["version"] != plain["version"]
    assert ask(**question, signals=["dnt", "tcf"])["decision"] == "allow"
    assert ask(email=alice.email, purpose="transactional", signals=["gpc"])["decision"] == "allow"
    assert ask(**question, signals="gpc", status=400)["field"] == "[0].signals"
    assert not SignalEvent.objects.exists()
    [answer] = ask([{"subject": {"email": alice.email}, "purpose": "third_party_sharing", "signals": ["gpc"]}])
    assert answer["decision"] == "deny"

"""Who asks consent before acting: the send gate, the decision gate, and callers who compare versions."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import Identifier, User
from consent.links import make_unsubscribe_token
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import Ask, choose
from consent.tests.test_preferences_page import send
from privacy.jobs.outbox import queue_mail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.models import Restriction
from privacy.policy import decision_gate

pytestmark = pytest.mark.django_db


@pytest.mark.promise(22)
def test_nothing_promotional_goes_to_a_mailbox_that_was_erased(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    Identifier.objects.filter(subject_id=alice.subject_id).delete()
    assert send("tests.newsletter", alice, "a").reason == "unknown_person"
    assert send("tests.invoice", alice, "b").state == "sent"


@pytest.mark.promise(22)
def test_nothing_promotional_goes_to_a_suspended_account(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert send("tests.newsletter", alice, "a").reason == "suspended"


def test_the_holder_of_the_mailbox_is_asked_too(alice: User, bob: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    choose(bob, "newsletter", allow=False)
    message = queue_mail(
        "tests.newsletter",
        idem_key="a",
        to=bob.email,
        context={"purpose": "newsletter"},
        subject_id=alice.subject_id,
        now=clock.now(),
    )
    run_until_empty()
    message.refresh_from_db()
    assert (message.state, message.reason) == ("refused", "refused")


def test_the_decision_gate_answers_as_the_api_does(alice: User, demo_policy: Any) -> None:
    def may(purpose: str, **more: str) -> tuple[bool, str]:
        answer = decision_gate.ask(subject_id=alice.subject_id, purpose=purpose, now=clock.now(), **more)
        return answer.allowed, answer.reason

    assert may("newsletter") == (False, "not_given")
    choose(alice, "newsletter", allow=True)
    assert may("newsletter") == (True, "given")
    assert may("newsletter", category="billing") == (False, "category_not_in_purpose")
    assert may("sell_everything") == (False, "unknown_purpose")


def test_an_empty_decision_gate_refuses(monkeypatch: pytest.MonkeyPatch, alice: User, demo_policy: Any) -> None:
    monkeypatch.setattr(decision_gate, "_gates", [])
    answer = decision_gate.ask(subject_id=alice.subject_id, purpose="payment", now=clock.now())
    assert (answer.allowed, answer.reason) == (False, "no_gate")


def test_unchanged_is_said_only_where_the_answer_still_stands(ask: Ask, alice: User) -> None:
    now = clock.now()
    choose(alice, "click_tracking", allow=True, now=now - dt.timedelta(days=729, hours=23))
    version = ask(purpose="click_tracking")["version"]
    assert ask(purpose="click_tracking", if_version=version)["unchanged"] is True
    row = Restriction.objects.create(subject=alice.subject, ground="accuracy")
    restricted = ask(purpose="click_tracking", if_version=version)
    assert (restricted["decision"], restricted["unchanged"]) == ("deny", False)
    row.delete()
    Preference.objects.update(expires_at=now)
    expired = ask(purpose="click_tracking", if_version=version)
    assert (expired["reason"], expired["unchanged"]) == ("expired", False)


def test_who_asks_without_a_known_length_is_told(demo_policy: Any) -> None:
    key = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())
    answer = Client().post(
        "/api/v1/decisions",
        "{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
        CONTENT_LENGTH="abc",
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


def test_a_database_that_is_away_is_no_allow_and_no_traceback(demo_policy: Any) -> None:
    def away(*args: Any) -> Any:
        raise OperationalError("away")

    body = json.dumps({"subject": {"email": "a@b.example"}, "purpose": "payment"})
    with connection.execute_wrapper(away):
        answer = Client().post(
            "/api/v1/decisions", body, content_type="application/json", headers={"Authorization": "Bearer x"}
        )
    assert answer.status_code == 503 and "decision" not in answer.json() and answer.headers["Retry-After"]


@pytest.mark.promise(20)
@pytest.mark.parametrize(("purpose", "words"), [("payment", "has no switch"), ("dropped_topic", "Done: no more")])
def test_an_unsubscribe_link_always_gets_a_page(alice: User, demo_policy: Any, purpose: str, words: str) -> None:
    path = f"/unsubscribe/{make_unsubscribe_token(alice.subject_id, purpose)}"
    answer = Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not ConsentEvent.objects.exists()

"""Agents hear of every change, once, from a real server's point of view; and what is old is forgotten."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client

from dsr.drp.agents import keep_agent
from dsr.drp.callbacks import look_around
from dsr.drp.models import AgentRequest, SeenMessage
from dsr.drp.tests.client import BUSINESS, Agent
from dsr.drp.vocabulary import Reason
from dsr.models import RequestItem, SubjectRequest
from dsr.services.moving import move, note_history
from dsr.services.setting_aside import set_aside
from dsr.states import State
from dsr.tests.doors import links, mails
from privacy.jobs.models import Job
from privacy.jobs.webhooks.tests.receiver import Receiver, receiving
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.KEPT_DRP_BUSINESS_ID = BUSINESS
    settings.KEPT_WEBHOOK_LOOPBACK = True
    settings.KEPT_WEBHOOK_TIMEOUT_SECONDS = 2


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


@pytest.fixture
def agent() -> Agent:
    it = Agent()
    keep_agent(agent_id=it.agent_id, name="Slip", verify_key=it.verify_key, actor=OPERATOR, now=clock.now())
    it.pair()
    return it


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(call.message["status"], call.message.get("reason", "")) for call in receiver.calls]


def look() -> None:
    look_around(clock.now())
    run_until_empty()


def confirm() -> None:
    mail = [each for each in mails() if links(each, "confirm")][-1]
    assert Client().post(links(mail, "confirm")[0]).status_code == 302


def test_each_change_is_told_once(agent: Agent, receiver: Receiver) -> None:
    request_id = agent.file(status_callback=receiver.url).json()["request_id"]
    look()
    assert told(receiver) == []  # the answer to the filing said it
    confirm()
    for _ in range(2):
        look()
    assert told(receiver) == [("in_progress", "")]
    assert receiver.calls[0].message == agent.follow(request_id).json()
    assert agent.take_back(request_id).json()["status"] == "revoked"
    look()
    assert told(receiver) == [("in_progress", "")]  # it knows what it did itself


def test_a_receiver_that_is_down_is_told_later_what_is_true_then(agent: Agent, receiver: Receiver) -> None:
    receiver.statuses = [500, 500]
    agent.file(status_callback=receiver.url)
    confirm()
    look()
    assert AgentRequest.objects.get().last_outcome == "status_500"
    set_aside_as_spam()
    look()
    Job.objects.filter(kind="drp.callback", state="ready").update(run_after=clock.now())
    run_until_empty()
    assert told(receiver)[-1] == ("denied", "suspected_fraud")
    assert AgentRequest.objects.get().last_outcome == "accepted"
    before = len(receiver.calls)
    Job.objects.filter(kind="drp.callback", state="ready").update(run_after=clock.now())
    run_until_empty()
    assert len(receiver.calls) == before  # the earlier status is not told any more


def set_aside_as_spam() -> None:
    set_aside(cases=[SubjectRequest.objects.get().pk], ending=State.SPAM, actor=OPERATOR, now=clock.now())


@pytest.mark.parametrize(
    ("state", "outcome", "ground", "says"),
    [
        (State.CLOSED, "fulfilled", "", ("fulfilled", "")),
        (State.CLOSED, "partly", "legal_obligation", ("fulfilled", "")),
        (State.CLOSED, "nothing_held", "", ("denied", Reason.NO_MATCH)),
        (State.REFUSED, "refused", "cannot_identify", ("denied", Reason.INSUF_VERIFICATION)),
        (State.REFUSED, "refused", "fraudulent", ("denied", Reason.SUSPECTED_FRAUD)),
        (State.REFUSED, "refused", "unfounded", ("denied", Reason.TOO_MANY_REQUESTS)),
        (State.REFUSED, "refused", "legal_claims", ("denied", Reason.CLAIM_NOT_COVERED)),
        (State.EXPIRED, "", "", ("denied", Reason.INSUF_VERIFICATION)),
        (State.SPAM, "", "", ("denied", Reason.SUSPECTED_FRAUD)),
        (State.DUPLICATE, "", "", ("denied", Reason.OTHER)),
        (State.REFERRED, "", "", ("denied", Reason.OTHER)),
    ],
)
def test_every_end_in_the_protocols_words(
    agent: Agent, state: State, outcome: str, ground: str, says: tuple[str, str]
) -> None:
    """The end itself is reached elsewhere; here it is only how an agent hears of it."""
    request_id = agent.file().json()["request_id"]
    RequestItem.objects.update(outcome=outcome, ground=ground, decided_at=clock.now())
    case = SubjectRequest.objects.get()
    if state in {State.CLOSED, State.REFUSED}:
        confirm()
        case.refresh_from_db()
        SubjectRequest.objects.update(state=state)
        with transaction.atomic():
            note_history(subject_request=case, kind="answered", actor=SYSTEM, now=clock.now())
    else:
        move(subject_request=case, to=state, kind="ended", actor=SYSTEM, now=clock.now())
    look()
    body = agent.follow(request_id).json()
    assert (body["status"], body.get("reason", "")) == says and body["expires_at"]
    assert "expected_by" not in body and "@" not in json.dumps(body)


def test_more_time_is_told_with_its_reason(agent: Agent) -> None:
    request_id = agent.file().json()["request_id"]
    confirm()
    due = agent.follow(request_id).json()["expected_by"]
    with transaction.atomic():
        note_history(subject_request=SubjectRequest.objects.get(), kind="extended", actor=SYSTEM, now=clock.now())
    SubjectRequest.objects.update(due_on=F("due_on") + dt.timedelta(days=45))
    body = agent.follow(request_id).json()
    assert body["expected_by"] > due and "more time" in body["processing_details"]


def test_what_ended_long_ago_is_expired_and_forgotten(agent: Agent, receiver: Receiver) -> None:
    request_id = agent.file(status_callback=receiver.url, **{"agent-request-id": "mine"}).json()["request_id"]
    agent.take_back(request_id)
    look_around(clock.now() + dt.timedelta(days=59))
    assert agent.follow(request_id).json()["status"] == "revoked"
    AgentRequest.objects.update(final_at=clock.now() - dt.timedelta(days=60))
    look_around(clock.now())
    row = AgentRequest.objects.get()
    assert (row.callback, row.agent_request_id) == ("", "") and row.forgotten_at
    assert agent.follow(request_id).json()["status"] == "expired"


def test_a_message_is_remembered_until_it_is_too_old(agent: Agent) -> None:
    assert SeenMessage.objects.count() == 1
    look_around(clock.now())
    assert SeenMessage.objects.count() == 1
    look_around(clock.now() + dt.timedelta(minutes=11))
    assert not SeenMessage.objects.exists()

"""A covered business by the text of the Data Rights Protocol, driven by an agent that shares no code with it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from dsr.drp.agents import end_agent, keep_agent
from dsr.drp.models import AgentRequest, NetworkAgent
from dsr.drp.tests.client import BUSINESS, Agent
from dsr.identity.models import Mandate
from dsr.models import SubjectRequest
from dsr.tests.doors import file, links, mails
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.KEPT_DRP_BUSINESS_ID = BUSINESS


def known(agent: Agent, **more: Any) -> Agent:
    values = {"name": "Permission Slip", "verify_key": agent.verify_key, **more}
    keep_agent(agent_id=agent.agent_id, **values, actor=OPERATOR, now=clock.now())
    return agent


@pytest.fixture
def agent() -> Agent:
    it = known(Agent())
    assert it.pair() == 200
    return it


def test_pairing_by_the_directorys_key() -> None:
    agent = Agent()
    assert agent.pair() == 403  # not in the directory
    known(agent)
    message = agent.sign(agent.claims())
    assert agent.pair(message) == 200
    assert agent.send("get", f"agent/{agent.agent_id}").json() == {}
    first = agent.token
    assert agent.pair(message) == 403 and agent.token == first  # its copy makes no second token
    assert agent.pair() == 200 and agent.token != first
    assert agent.send("get", f"agent/{agent.agent_id}", token=first).status_code == 403
    assert agent.send("get", "agent/ANOTHER_AGENT").status_code == 403
    assert AuditEvent.objects.filter(type="drp.agent_paired").count() == 2
    assert first not in "".join(map(str, NetworkAgent.objects.values_list("token_hash", flat=True)))


@pytest.mark.parametrize(
    "changes",
    [
        {"agent-id": "ANOTHER_AGENT"},
        {"business-id": "ANOTHER_BUSINESS"},
        {"issued-at": "2099-01-01T00:00:00Z", "expires-at": "2099-01-01T00:10:00Z"},
        {"expires-at": "2020-01-01T00:00:00Z"},
        {"expires-at": "2099-01-01T00:00:00Z"},
        {"drp.version": "0.5"},
        {"issued-at": "yesterday"},
    ],
)
def test_a_bad_set_up_is_forbidden_without_a_word(changes: dict[str, str]) -> None:
    agent = known(Agent())
    answer = agent.send("post", f"agent/{agent.agent_id}", agent.sign({**agent.claims(), **changes}), token="")
    assert (answer.status_code, answer.content) == (403, b"")


def test_the_checks_come_in_their_order(agent: Agent) -> None:
    """Each message is wrong in one thing and in everything that is checked later."""
    other = Agent()
    worse: dict[str, Any] = {}
    found = []
    for field, value in (
        ("drp.version", "9"),
        ("expires-at", "2020-01-01T00:00:00Z"),
        ("issued-at", "2099-01-01T00:00:00Z"),
        ("business-id", "NOT_US"),
        ("agent-id", "NOT_THEM"),
    ):
        worse[field] = value
        answer = agent.send("post", "data-rights-request", agent.sign({**agent.wish(), **worse}))
        found.append((answer.status_code, answer.json().get("field")))
    signed_by_another = agent.send("post", "data-rights-request", other.sign({**agent.wish(), **worse}))
    found.append((signed_by_another.status_code, signed_by_another.json().get("field")))
    no_base64 = agent.send("post", "data-rights-request", b"?" + other.sign({**agent.wish(), **worse}))
    found.append((no_base64.status_code, no_base64.json()["field"]))
    assert found == [
        (400, "drp.version"),
        (400, "expires-at"),
        (400, "issued-at"),
        (403, "business-id"),
        (403, "agent-id"),
        (403, None),
        (400, "body"),
    ]
    assert not SubjectRequest.objects.exists()


def test_an_old_message_is_fatal_and_every_error_has_its_code(agent: Agent) -> None:
    answer = agent.send("post", "data-rights-request", agent.sign(agent.wish(**{"expires-at": "2020-01-01T00:00:00Z"})))
    assert answer.json().keys() >= {"code", "message", "fatal"} and answer.json()["code"] == "400"


def test_from_the_agent_to_the_queue(agent: Agent) -> None:
    answer = agent.file("deletion", **{"agent-request-id": "their-7", "relationships": ["customer", "marketing"]})
    body = answer.json()
    assert answer.status_code == 200 and (body["status"], body["reason"]) == ("in_progress", "need_user_verification")
    assert body["agent_request_id"] == "their-7" and uuid.UUID(body["request_id"])
    assert body.keys() >= {"received_at", "expected_by", "user_verification_url", "expires_at", "processing_details"}
    case = SubjectRequest.objects.get()
    assert (case.channel, case.state, case.region, case.subject) == ("agent", "unconfirmed", "US-CA", None)
    assert Mandate.objects.get().covers_receipt is False
    (mail,) = mails()
    assert Client().post(links(mail, "confirm")[0]).status_code == 302
    after = agent.follow(body["request_id"]).json()
    assert after["status"] == "in_progress" and "reason" not in after


def test_where_the_person_is_sent_to_confirm(agent: Agent) -> None:
    url = agent.file().json()["user_verification_url"]
    path = url.partition("//")[2].partition("/")[2]
    request_id = path.rpartition("/")[2]
    good = Client().get(f"/{path}?request_id={request_id}&redirect_to=https%3A%2F%2Fevil.example")
    assert (good.status_code, good["Location"]) == (302, "/requests/sent/")
    assert Client().get(f"/{path}?request_id={uuid.uuid4()}").status_code == 404
    assert Client().get(f"/drp/verify/{uuid.uuid4()}").status_code == 302  # nobody learns which requests there are


def test_known_and_unknown_people_get_the_same_answer(agent: Agent, alice: Any) -> None:
    one, two = agent.file(email="alice@example.com").json(), agent.file(email="nobody@example.org").json()
    different = {"request_id", "received_at", "user_verification_url"}
    assert {name: one[name] for name in one.keys() - different} == {name: two[name] for name in two.keys() - different}
    assert len(mails()) == 2


def test_an_opt_out_is_done_at_once_and_nobody_is_asked(agent: Agent) -> None:
    for exercise in ("sale:opt_out", "sale:opt-out"):
        body = agent.file(exercise, email=f"{uuid.uuid4().hex}@example.com").json()
        assert body["status"] in {"fulfilled", "in_progress"} and "user_verification_url" not in body


def test_an_agent_can_allow_nothing(agent: Agent) -> None:
    body = agent.file("sale:opt_in").json()
    assert (body["status"], body["reason"]) == ("denied", "other")
    assert not SubjectRequest.objects.exists() and not mails()
    assert agent.take_back(body["request_id"]).status_code == 400


def test_a_power_of_attorney_is_looked_at_by_legal_and_not_by_the_person(agent: Agent) -> None:
    body = agent.file("access", power_of_attorney="https://agent.example/poa/1").json()
    case = SubjectRequest.objects.get()
    assert body["status"] == "in_progress" and "reason" not in body
    assert (case.state, case.identity_level, case.subject) == ("received", "V0", None)
    assert Mandate.objects.get().has_power_of_attorney and "confirm" not in "".join(each.subject for each in mails())


def test_a_message_files_once_and_so_does_the_agents_own_id(agent: Agent) -> None:
    message = agent.sign(agent.wish(**{"agent-request-id": "one"}))
    first, again = (agent.send("post", "data-rights-request", message).json() for _ in range(2))
    assert first["request_id"] == again["request_id"]
    anew = agent.file(**{"agent-request-id": "one"}).json()
    assert anew["request_id"] == first["request_id"] and SubjectRequest.objects.count() == 1
    clash = agent.file("access", **{"agent-request-id": "one"})
    assert (clash.status_code, clash.json()["field"]) == (409, "agent-request-id")


def test_another_agent_sees_and_takes_back_nothing(agent: Agent) -> None:
    request_id = agent.file().json()["request_id"]
    other = known(Agent("SOMEBODY_ELSE"))
    other.pair()
    there, not_there = other.follow(request_id), other.follow(str(uuid.uuid4()))
    assert there.status_code == not_there.status_code == 403 and there.content == not_there.content
    assert other.take_back(request_id).status_code == agent.follow("x").status_code == 403
    assert SubjectRequest.objects.get().state == "unconfirmed"


def test_two_agents_do_not_share_a_case(agent: Agent) -> None:
    """One of them takes its request back; the person's own request on the page stays."""
    mine = agent.file().json()["request_id"]
    file(Client(), "carol@example.com")
    assert agent.take_back(mine).json()["status"] == "revoked"
    states = dict(SubjectRequest.objects.values_list("channel", "state"))
    assert states == {"agent": "withdrawn", "web": "unconfirmed"}


def test_taken_back_twice_and_not_by_a_forged_word(agent: Agent) -> None:
    request_id = agent.file().json()["request_id"]
    forged = agent.send("delete", f"data-rights-request/{request_id}", Agent().sign({"reason": "x"}))
    assert forged.status_code == 403 and SubjectRequest.objects.get().state == "unconfirmed"
    assert [agent.take_back(request_id).json()["status"] for _ in range(2)] == ["revoked", "revoked"]


def test_an_ended_agent_and_one_with_a_new_key_must_pair_again(agent: Agent) -> None:
    request_id = agent.file().json()["request_id"]
    known(agent)  # the same key
    assert agent.follow(request_id).status_code == 200
    keep_agent(agent_id=agent.agent_id, name="It", verify_key=Agent().verify_key, actor=OPERATOR, now=clock.now())
    assert agent.follow(request_id).status_code == agent.pair() == 403
    known(agent)
    assert agent.pair() == 200
    end_agent(agent=NetworkAgent.objects.get(), actor=OPERATOR, now=clock.now())
    assert agent.follow(request_id).status_code == agent.pair() == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exercise", "everything"),
        ("regime", "gdpr"),
        ("email", "no address"),
        ("status_callback", "http://127.0.0.1:1/x"),
        ("status_callback", "https://10.0.0.1/x"),
        ("status_callback", "ftp://agent.example"),
        ("relationships", ["x" * 61]),
        ("agent-request-id", "x" * 201),
        ("name", "Carol\r\nBcc: all@example.com"),
    ],
)
def test_a_bad_wish_names_the_field(agent: Agent, field: str, value: Any) -> None:
    answer = agent.file(**{field: value})
    assert answer.status_code == 400 and answer.json()["field"].startswith(field)
    assert not SubjectRequest.objects.exists() and not AgentRequest.objects.exists()


@pytest.mark.parametrize("body", [b"", b"AAAA", b"\x00" * 90, b"[" * 40_000, b"x" * 70_000])
def test_hostile_bodies_meet_a_clear_answer(agent: Agent, body: bytes) -> None:
    for raw in (body, agent.sign(body[:40_000])):
        assert agent.send("post", "data-rights-request", raw).status_code in {400, 403}


def test_without_our_id_there_are_no_doors(agent: Agent, settings: Any) -> None:
    settings.KEPT_DRP_BUSINESS_ID = ""
    assert agent.file().status_code == agent.pair() == 404


def test_a_callback_goes_to_the_agents_hosts_only(agent: Agent) -> None:
    known(agent, callback_hosts="agent.example")
    assert agent.file(status_callback="https://evil.example/x").json()["field"] == "status_callback"
    assert agent.file(status_callback="https://hooks.agent.example/x").status_code == 200


def test_an_agent_files_so_many_a_day(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr.drp.services.MOST_A_DAY", 2)
    codes = [agent.file(email=f"p{number}@example.com").status_code for number in range(3)]
    assert codes == [200, 200, 429]
    AgentRequest.objects.update(received_at=clock.now() - dt.timedelta(days=2))
    assert agent.file(email="p4@example.com").status_code == 200

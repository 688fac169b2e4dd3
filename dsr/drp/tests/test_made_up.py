"""The doors of the Data Rights Protocol under messages that are made up and well signed, and what each door asks of the
database. The protocol's bodies are signed text, so no schema can describe them: they are made from its words."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dsr.drp.tests.client import Agent
from dsr.drp.tests.test_conformance import agent, configured

__all__ = ["agent", "configured"]
pytestmark = pytest.mark.django_db
QUIET = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)
WORDS = (
    *("agent-id", "business-id", "agent-request-id", "issued-at", "expires-at", "drp.version", "exercise", "regime"),
    *("relationships", "status_callback", "name", "email", "email_verified", "phone", "phone_verified", "address"),
    *("power_of_attorney", "reason"),
)
CHANGES = st.dictionaries(st.sampled_from(WORDS), JSON, max_size=4)
BODIES = st.one_of(
    CHANGES.map(lambda changes: ("changed", changes)), st.tuples(st.just("raw"), st.binary(max_size=200))
)
SAID = {"code", "message"}  # and `fatal` where the message is worth nothing any more


def answers_in_its_words(answer: Any) -> None:
    """A state of a request, or an error object, or a bare 403; never a fault of ours."""
    assert answer.status_code in {200, 400, 403, 404, 409, 413, 429}, answer.status_code
    if answer.status_code == 403 and not answer.content:
        return
    body = answer.json()
    assert ("request_id" in body) if answer.status_code == 200 else (set(body) >= SAID), body


def test_whatever_an_agent_signs_it_gets_an_answer_of_the_protocol(agent: Agent) -> None:
    @QUIET
    @given(made=BODIES)
    def holds(made: tuple[str, Any]) -> None:
        kind, what = made
        message = agent.sign(what if kind == "raw" else {**agent.wish(), **what})
        answers_in_its_words(agent.send("post", "data-rights-request", message))

    holds()


def test_whatever_stands_for_a_request_it_is_nobody_elses(agent: Agent) -> None:
    @QUIET
    @given(
        name=st.text(st.characters(codec="utf-8", exclude_characters="/?#%\\."), min_size=1, max_size=30), body=BODIES
    )
    def holds(name: str, body: tuple[str, Any]) -> None:
        assert agent.follow(name).status_code in {400, 403, 404}
        message = agent.sign(body[1] if body[0] == "raw" else {"reason": "x", **body[1]})
        assert agent.send("delete", f"data-rights-request/{name}", message).status_code in {400, 403, 404}

    holds()


def test_what_each_door_asks_of_the_database(
    agent: Agent, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):  # what is there already adds nothing
        agent.file(**{"agent-request-id": str(uuid.uuid4())})
    with django_assert_max_num_queries(1):  # the token alone
        assert agent.send("get", f"agent/{agent.agent_id}").status_code == 200
    with django_assert_max_num_queries(
        49
    ):  # as measured; case, clock, mail to the person and mandate, each with its log
        filed = agent.file("access", email="dana@example.com")
        assert filed.status_code == 200
    with django_assert_max_num_queries(54):  # as measured; it is answered at once, so there is a letter too
        assert agent.file("sale:opt_out", email="erin@example.com").status_code == 200
    with django_assert_max_num_queries(2):  # the token, the request
        assert agent.follow(filed.json()["request_id"]).status_code == 200
    with django_assert_max_num_queries(2):
        assert agent.follow(str(uuid.uuid4())).status_code in {403, 404}
    with django_assert_max_num_queries(16):
        assert agent.take_back(filed.json()["request_id"]).status_code == 200

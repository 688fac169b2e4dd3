"""The client fails closed: whatever goes wrong between here and Kept is a no that says so."""

import itertools
import json
import os
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kept_client import Client, Question
from kept_client.ed25519 import is_signed

from .servers import Answer, dripping, sending, serving

ALLOW: dict[str, Any] = {"decision": "allow", "reason": "given", "version": 7, "trace": ["allow:given"]}


def body_of(**changes: Any) -> bytes:
    return json.dumps({**ALLOW, **changes}).encode()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sending(500, b"{}"), "server_error"),
        (sending(503, body_of()), "server_error"),
        (sending(302, body_of()), "server_error"),
        (sending(401, b"{}"), "bad_key"),
        (sending(400, b"{}"), "bad_question"),
        (sending(200, b"allow"), "bad_answer"),
        (sending(200, b"[]"), "bad_answer"),
        (sending(200, b"[" * 100_000), "bad_answer"),
        (sending(200, body_of(decision="ALLOW")), "bad_answer"),
        (sending(200, body_of(decision=True)), "bad_answer"),
        (sending(200, body_of(version="7")), "bad_answer"),
        (sending(200, json.dumps({"unchanged": True, "version": 7}).encode()), "bad_answer"),
        (sending(200, body_of(), announced=5000), "unreachable"),
        (dripping, "unreachable"),
    ],
)
def test_whatever_is_no_plain_yes_is_a_no(answer: Answer, reason: str) -> None:
    with serving(answer) as url:
        decision = Client(url, "key", timeout=0.5, retries=0).decide("newsletter", email="a@b.example")
    assert not decision and decision.is_fault
    assert (decision.allowed, decision.reason) == (False, reason)
    assert decision.explanation[0].startswith("denied: ")


def test_nobody_there_is_a_no_within_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # it accepts and never answers
        started = time.monotonic()
        decision = Client(f"http://127.0.0.1:{deaf.getsockname()[1]}", "key", timeout=0.3, retries=0).decide(
            "newsletter", email="a@b.example"
        )
    assert decision.reason == "unreachable" and time.monotonic() - started < 5


def test_a_server_that_is_busy_for_a_moment_is_asked_again() -> None:
    turns = itertools.count()

    def busy_once(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        sending(503 if next(turns) == 0 else 200, body_of())(handler, body)

    with serving(busy_once) as url:
        decision = Client(url, "key", retries=1).decide("newsletter", email="a@b.example")
    assert decision and not decision.is_fault and next(turns) == 2


def test_an_unchanged_answer_is_remembered_and_always_asked_for() -> None:
    """Kept says decision, reason and version again, and nothing else (docs/integrators.md)."""
    asked: list[Any] = []
    whole = {**ALLOW, "basis": "consent", "event_id": "0198c6f0-0000-7000-8000-000000000001"}
    short = {"unchanged": True, **{name: ALLOW[name] for name in ("decision", "reason", "version")}}

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(json.loads(body))
        sending(200, json.dumps(short if asked[-1].get("if_version") == 7 else whole).encode())(handler, body)

    with serving(answer) as url:
        client = Client(url, "key")
        answers = [client.decide("newsletter", email="a@b.example", channel="email") for _ in range(3)]
    assert answers[0].basis and answers[0].trace and answers[0].event_id
    assert answers == [answers[0]] * 3
    assert [each.get("if_version") for each in asked] == [None, 7, 7]


def test_what_is_called_unchanged_and_is_not_is_not_remembered() -> None:
    asked: list[Any] = []
    other = {"unchanged": True, "decision": "deny", "reason": "withdrawn", "version": 7}

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(json.loads(body))
        sending(200, json.dumps(other if "if_version" in asked[-1] else ALLOW).encode())(handler, body)

    with serving(answer) as url:
        client = Client(url, "key")
        answers = [client.decide("newsletter", email="a@b.example") for _ in range(3)]
    assert [bool(each) for each in answers] == [True, False, True]
    assert [each.get("if_version") for each in asked] == [None, 7, None]


def test_region_and_signals_go_along() -> None:
    asked: list[Any] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(json.loads(body))
        sending(200, body_of())(handler, body)

    with serving(answer) as url:
        Client(url, "key").decide("ads", pseudonym="p1", region="US-CA", signals=["gpc"])
    assert (asked[0]["region"], asked[0]["signals"]) == ("US-CA", ["gpc"])


def test_many_questions_go_by_the_hundred_in_order() -> None:
    sizes: list[int] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        questions = json.loads(body)
        sizes.append(len(questions))
        is_odd = [int(each["subject"]["email"].split("@")[0]) % 2 for each in questions]
        answers = [{**ALLOW, "decision": "allow" if odd else "deny"} for odd in is_odd]
        sending(200, json.dumps(answers).encode())(handler, body)

    with serving(answer) as url:
        questions = [Question("newsletter", email=f"{number}@b.example") for number in range(250)]
        answers = Client(url, "key").decide_many(questions)
    assert sizes == [100, 100, 50]
    assert [bool(each) for each in answers] == [number % 2 == 1 for number in range(250)]


@pytest.mark.parametrize("url", ["http://privacy.example.com", "ftp://x", "privacy.example.com"])
def test_the_key_never_goes_in_clear_to_another_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Client(url, "key")


def test_a_question_names_one_person() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Client("https://privacy.example.com", "key").decide("newsletter")


def test_signatures_are_those_of_everybody_else() -> None:
    for number in range(4):
        key, message = Ed25519PrivateKey.generate(), os.urandom(number * 40)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert is_signed(public, message, signature)
        assert not is_signed(public, message + b".", signature)
        assert not is_signed(Ed25519PrivateKey.generate().public_key().public_bytes_raw(), message, signature)
        assert not is_signed(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not is_signed(public, message, b"")

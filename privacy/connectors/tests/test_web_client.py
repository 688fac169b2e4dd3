"""Calls to a service that hangs, redirects, floods, stumbles or lies about where it is."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.connectors.web.calling import WebClient
from privacy.personal_data.contract import HandlerUnavailable

SECRET = "s3cret-key"


def client(base: str, **more: Any) -> WebClient:
    usual: dict[str, Any] = {"is_inside": True, "headers": {"Authorization": f"Bearer {SECRET}"}, "wait": _no_wait}
    return WebClient(base, **(usual | more))


def _no_wait(_seconds: float) -> None:
    """Tests have no time."""


def said(service: Callable[[Call], Reply], **more: Any) -> str:
    """What the failure says; it never holds the credential nor the address."""
    with serving(service) as base, pytest.raises(HandlerUnavailable) as silence:
        client(base, **more).get("people", {"email": "alice@example.com"})
    text = str(silence.value)
    assert SECRET not in text and "alice" not in text and "127.0.0.1" not in text
    return text


def test_an_answer_is_json_with_its_status() -> None:
    calls: list[Call] = []

    def service(call: Call) -> Reply:
        calls.append(call)
        return 404, {}, json.dumps({"error": "none"}).encode()

    with serving(service) as base:
        answer = client(f"{base}/api/").get("people", {"email": "a b@example.com"})
        client(f"{base}/api").call("POST", "/people", form={"name": "Ö"})
    assert (answer.status, answer.data, answer.is_good) == (404, {"error": "none"}, False)
    assert calls[0].path == "/api/people?email=a+b%40example.com" and calls[0].headers["authorization"].endswith(SECRET)
    assert (calls[1].path, calls[1].body) == ("/api/people", b"name=%C3%96")


def test_a_busy_service_is_asked_again_and_an_effect_is_not() -> None:
    calls: list[Call] = []
    waited: list[float] = []

    def service(call: Call) -> Reply:
        calls.append(call)
        return (200, {}, b"{}") if len(calls) == 3 else (429, {"Retry-After": "7"}, b"")

    with serving(service) as base:
        assert client(base, wait=waited.append).get("x").is_good
        assert len(calls) == 3 and waited.count(7.0) == 2
        calls.clear()
        with pytest.raises(HandlerUnavailable):
            client(base).call("POST", "x", json_body={})
        assert len(calls) == 1
        calls.clear()
        assert client(base).call("POST", "x", json_body={}, may_repeat=True).is_good and len(calls) == 3


def test_a_service_that_hangs_floods_redirects_or_fails_is_unavailable() -> None:
    def slow(_: Call) -> Reply:
        time.sleep(1)
        return 200, {}, b"{}"

    assert said(slow, seconds=0.2) == "no answer in time"
    assert said(lambda _: (200, {}, b"x" * 2000), most_bytes=1000) == "its answer is too large"
    assert "elsewhere" in said(lambda _: (302, {"Location": "http://169.254.169.254/"}, b""))
    assert said(lambda _: (500, {}, b"alice@example.com broke it")) == "it answered 500"
    assert said(lambda _: (200, {"Content-Length": "9"}, b"")) == "its answer is broken"


def test_an_answer_that_is_no_json_has_no_data() -> None:
    with serving(lambda _: (200, {}, b"<html>" + b"[" * 100_000)) as base:
        assert client(base).get("x").data is None


def test_an_inner_address_must_be_meant(settings: Settings) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = False
    with serving(lambda _: (200, {}, b"{}")) as base:
        with pytest.raises(HandlerUnavailable, match="cannot be used"):
            client(base, is_inside=False).get("x")
        assert client(base).get("x").is_good
    with pytest.raises(HandlerUnavailable, match="inside the house"):
        client("https://localhost:1", is_inside=False).get("x")


def test_a_path_never_leaves_the_host() -> None:
    seen: list[str] = []

    def service(call: Call) -> Reply:
        seen.append(call.headers["host"])
        return 200, {}, b"{}"

    with serving(service) as base:
        client(base).get("//evil.example/x")
        client(base).get("@evil.example/x")
        assert set(seen) == {base.removeprefix("http://")}

"""Every kind of connector that calls a service, against one that misbehaves: it is unavailable, and says nothing."""

import contextlib
import json
import logging
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from privacy.connectors.kinds import KINDS, Connection, kind_of
from privacy.connectors.tests.serving import Call, Reply, Service, serving
from privacy.connectors.web.calling import WebClient
from privacy.kernel import clock
from privacy.personal_data.contract import (
    Action,
    Chunk,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Identity,
    Person,
    TablePlan,
    Treatment,
    answering,
)

pytestmark = pytest.mark.django_db
EMAIL, SECRET, WORD = "dana.hidden@example.com", "sk_live_4f9a0b7c", "hunter_two"
SIGNING = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DANA = Person((), (Identity("email", EMAIL), Identity("external", "it:cus_hidden")))
OPTIONS: dict[str, tuple[dict[str, str], dict[str, str]]] = {  # what each kind is told
    "instamojo": ({"client_id": "app"}, {"secret": SECRET}),
    "opendsr": ({"domain": "opendsr.vendor.example"}, {"api_key": SECRET}),
    "paypal": ({"client_id": "app"}, {"secret": SECRET}),
    "service": ({}, {"signing_secret": SIGNING}),
    "stripe": ({}, {"secret_key": SECRET}),
    "vtiger": ({"user": "kept"}, {"access_key": SECRET}),
}
PEOPLE = {"desk"}  # it calls nobody
WEB = sorted(set(KINDS) - PEOPLE)


def test_every_kind_that_calls_a_service_is_tried() -> None:
    assert set(OPTIONS) == set(WEB)


def connection(kind: str, base: str, *, is_inside: bool = True) -> Connection:
    options, secrets = OPTIONS[kind]
    return Connection("it", "It", {"url": base, **({"inside": "yes"} if is_inside else {}), **options}, secrets)


def asks(kind: str, handler: Handler, there: Connection) -> dict[str, Callable[[], Any]]:
    """Everything that a connector is asked, where an answer would be believed."""
    key = '{"who":[["email","dana.hidden@example.com"]]}' if kind == "opendsr" else "12x1"
    table = TablePlan("records" if kind == "opendsr" else "customers", Treatment.DELETE, (key,))
    frozen = HandlerPlan("it", Action.ERASE, (table,))
    return {
        "find": lambda: handler.find(DANA),
        "export": lambda: list(handler.export(DANA)),
        "plan": lambda: handler.plan(DANA, Action.ERASE, now=clock.now()),
        "apply": lambda: handler.apply_chunk(Chunk(table, table.keys, "k", 1)),
        "verify": lambda: handler.verify(DANA, frozen),
        "self-test": lambda: _self_test(kind, there),
    }


def _self_test(kind: str, there: Connection) -> None:
    """A bad line of it counts as unavailable."""
    bad = [check.says for check in kind_of(kind).self_test(there) if not check.is_good]
    if bad:
        raise HandlerUnavailable(" ".join(bad))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One try, nobody waits, and no answer takes longer than half a second."""
    usual = WebClient.__init__.__kwdefaults__ or {}
    monkeypatch.setattr("privacy.connectors.web.calling.TRIES", 1)
    monkeypatch.setattr(WebClient.__init__, "__kwdefaults__", usual | {"seconds": 0.5, "wait": lambda _s: None})
    cache.clear()
    yield
    cache.clear()


def everything_is_unavailable(kind: str, there: Connection, caplog: pytest.LogCaptureFixture) -> list[str]:
    said = []
    with answering(), caplog.at_level(logging.DEBUG):
        for name, ask in asks(kind, kind_of(kind).handler(there), there).items():
            with pytest.raises(HandlerUnavailable) as silence:
                ask()
                pytest.fail(f"{name} of {kind} takes this for an answer")
            said.append(str(silence.value))
    for hidden in (EMAIL, SECRET, SIGNING, WORD, "cus_hidden", "dana", "169.254"):
        assert hidden not in " ".join(said).lower() and hidden not in caplog.text.lower()
    return said


def hangs(_: Call) -> Reply:
    time.sleep(1.2)
    return 200, {}, b"{}"


def redirects(call: Call) -> Reply:
    return 302, {"Location": f"http://169.254.169.254{call.path}"}, b""


def fails(call: Call) -> Reply:
    return 500, {}, f"{call.path} {call.headers} {call.body!r} broke".encode()


def echo(call: Call) -> dict[str, Any]:
    """An error that repeats what was sent, credentials included, wherever a text fits."""
    told = f"{call.path} {dict(call.headers)} {call.body!r} {EMAIL} {SECRET}"
    error = {"code": SECRET, "type": WORD.partition("_")[0], "message": told, "errors": [told]}
    return {"success": False, "error": error, "name": SECRET, "message": told, "details": [told]}


def error_in_a_200(call: Call) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(echo(call)).encode()


def error_in_a_400(call: Call) -> Reply:
    return 400, {"Content-Type": "application/json"}, json.dumps(echo(call)).encode()


def page(call: Call) -> Reply:
    return 200, {"Content-Type": "text/html"}, f"<html>Sign in, {EMAIL} {SECRET}</html>".encode()


def broken_off(_: Call) -> Reply:
    return 200, {"Content-Length": "1000"}, b'{"success": true, "result": ['


def nested(_: Call) -> Reply:
    return 200, {}, b"[" * 200_000


@pytest.mark.parametrize("kind", WEB)
@pytest.mark.parametrize(
    "service",
    [redirects, fails, error_in_a_200, error_in_a_400, page, broken_off, nested],
    ids=lambda each: each.__name__,
)
def test_what_is_no_answer_is_none(kind: str, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with serving(service) as base:
        everything_is_unavailable(kind, connection(kind, base), caplog)


@pytest.mark.parametrize("kind", WEB)
def test_a_service_that_hangs_holds_nobody(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    started = time.monotonic()
    with serving(hangs) as base:
        everything_is_unavailable(kind, connection(kind, base), caplog)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("kind", WEB)
def test_a_gigabyte_is_not_taken_in(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is announced and sent as long as somebody reads."""
    with flooding() as base:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        there = connection(kind, base)
        with answering(), pytest.raises(HandlerUnavailable):
            kind_of(kind).handler(there).find(DANA)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200 * 1024 and EMAIL not in caplog.text


@contextlib.contextmanager
def flooding() -> Iterator[str]:
    server = socket.create_server(("127.0.0.1", 0))
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {2**30}\r\n\r\n".encode()

    def run() -> None:
        while True:
            try:
                talk, _ = server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), talk:
                talk.recv(65536)
                talk.sendall(head)
                for _ in range(2**30 // 65536):
                    talk.sendall(b" " * 65536)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize("kind", WEB)
def test_a_name_that_leads_inside_after_it_was_checked_reaches_nobody(
    kind: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A resolver that says a public address first and this machine ever after, a hundred times over."""
    settings.KEPT_WEBHOOK_LOOPBACK = False
    asked, connected = [0], list[Any]()

    def resolve(_host: str, port: int, **_: Any) -> list[Any]:
        asked[0] += 1
        return [(socket.AF_INET, 1, 6, "", ("93.184.215.14" if asked[0] % 2 else "127.0.0.1", port))]

    def connect(address: Any, **_: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    there = connection(kind, "https://api.example.com", is_inside=False)
    for _ in range(100 // len(asks(kind, kind_of(kind).handler(there), there))):
        everything_is_unavailable(kind, there, caplog)
    assert connected and {address[0] for address in connected} == {"93.184.215.14"}
    assert len(connected) == (asked[0] + 1) // 2  # asked once for each connection

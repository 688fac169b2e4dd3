"""Webhooks go to public addresses only, and to the address that was checked."""

import socket
from typing import Any

import pytest

from privacy.jobs.webhooks.addresses import target_of
from privacy.jobs.webhooks.posting import post
from privacy.jobs.webhooks.tests.receiver import receiving
from privacy.kernel.errors import InvalidInput

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A name server: each question gets the next answer. Connections are noted and refused."""

    class Names:
        answers: list[list[str]] = []
        asked = 0
        connected: list[Any] = []

    found = Names()
    found.connected = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        found.asked += 1
        answer = found.answers[min(found.asked, len(found.answers)) - 1]
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port)) for each in answer]

    def connect(address: Any, **_: Any) -> Any:
        found.connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    return found


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_the_house_is_refused_before_anybody_connects(address: str, names: Any) -> None:
    names.answers = [["93.184.215.14", address]]  # one public answer does not cover for another
    assert post("https://hooks.example.com/", b"{}", {}) == "address_refused"
    assert names.connected == []


def test_the_checked_address_is_connected_to_whatever_the_name_says_next(names: Any) -> None:
    names.answers = [["93.184.215.14"], ["127.0.0.1"]]
    assert post("https://hooks.example.com/x", b"{}", {}) == "no_connection"
    assert names.connected == [("93.184.215.14", 443)]
    assert names.asked == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://user:pass@example.com/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
        "https://" + "a" * 600,
        "//example.com",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused_with_its_field(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        target_of(url)
    assert refused.value.field == "url"


def test_this_machine_is_talked_to_only_where_a_setting_allows_it(settings: Any) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    with receiving() as receiver:
        assert post(receiver.url, b"{}", {}) == "accepted"
        settings.KEPT_WEBHOOK_LOOPBACK = False
        assert post(receiver.url, b"{}", {}) == "address_refused"
        assert len(receiver.calls) == 1


def test_no_proxy_of_the_environment_is_used(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(receiver.url, b"{}", {}) == "accepted"
        assert proxy.calls == []

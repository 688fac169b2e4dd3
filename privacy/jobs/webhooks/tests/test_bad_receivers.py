"""Whatever a receiver does, Kept learns in a short time whether it has confirmed, and takes no harm."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from privacy.jobs.webhooks.posting import post
from privacy.jobs.webhooks.tests.receiver import receiving

SHORT = 1  # seconds that a receiver has in these tests
SOON = 8.0  # far below what a patient client would wait


@pytest.fixture(autouse=True)
def short_times(settings: Any) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    settings.KEPT_WEBHOOK_TIMEOUT_SECONDS = SHORT


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(SHORT * 3)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A header a moment, for ever: no single read takes long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        try:
            handler.wfile.write(f"X-{number}: y\r\n".encode())
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(SHORT / 5)


def flood(handler: BaseHTTPRequestHandler) -> None:
    """A gigabyte, if somebody took it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    block = b"x" * (1 << 20)
    for _ in range(1024):
        try:
            handler.wfile.write(block)
        except OSError:
            return


def talk_nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff\r\n\r\n")


@pytest.mark.parametrize(
    ("respond", "outcome"),
    [(hang, "timeout"), (drip, "timeout"), (flood, "accepted"), (talk_nonsense, "broken_answer")],
)
def test_a_bad_answer_ends_soon(respond: Any, outcome: str) -> None:
    with receiving() as receiver:
        receiver.respond = respond
        started = time.monotonic()
        assert post(receiver.url, b"{}", {}) == outcome
        assert time.monotonic() - started < SOON


def test_a_gigabyte_is_no_acknowledgement_and_is_not_read() -> None:
    with receiving() as receiver:
        receiver.respond = flood
        assert post(receiver.url, b"{}", {}, must_acknowledge=True) == "not_acknowledged"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(status: int) -> None:
    with receiving() as inside, receiving() as receiver:
        receiver.status, receiver.location = status, inside.url
        assert post(receiver.url, b"{}", {}) == "redirect"
        assert inside.calls == []


def test_who_listens_but_never_speaks_tls_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        assert post(f"https://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}) == "timeout"
        assert time.monotonic() - started < SOON


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/", b"{}", {}) == "no_connection"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b'{"acknowledged": true}', "accepted"),
        (b'{"acknowledged": "yes"}', "not_acknowledged"),
        (b'{"acknowledged": false}', "not_acknowledged"),
        (b"", "not_acknowledged"),
        (b"[" * 5000, "not_acknowledged"),
    ],
)
def test_where_a_word_is_asked_for_a_bare_2xx_confirms_nothing(answer: bytes, outcome: str) -> None:
    with receiving() as receiver:
        receiver.status, receiver.answer = 200, answer
        assert post(receiver.url, b"{}", {}, must_acknowledge=True) == outcome


def certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate of a name and this machine's address, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "127.0.0.1":
        names = [x509.IPAddress(ipaddress.ip_address(host))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + secret)
    return file


@pytest.mark.parametrize(
    ("host", "is_trusted", "outcome"),
    [("127.0.0.1", True, "accepted"), ("other.example", True, "tls"), ("127.0.0.1", False, "tls")],
)
def test_the_certificate_must_be_that_of_the_name_and_trusted(
    host: str, is_trusted: bool, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, host)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=answer_once, args=(listening, context), daemon=True)
        server.start()
        assert post(f"https://127.0.0.1:{listening.getsockname()[1]}/hooks", b"{}", {}) == outcome
        server.join()


def answer_once(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    try:
        with context.wrap_socket(plain, server_side=True) as secured:
            asked = b""
            while not asked.endswith(b"{}"):
                asked += secured.recv(65536)
            secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    except OSError:
        plain.close()


def test_a_receiver_gets_body_headers_and_the_name_it_is_called_by() -> None:
    with receiving() as receiver:
        assert post(receiver.url + "?a=1", b'{"x":1}', {"webhook-id": "msg_1"}) == "accepted"
        [call] = receiver.calls
        assert call.message == {"x": 1} and call.headers["webhook-id"] == "msg_1"
        assert call.headers["host"] == f"127.0.0.1:{receiver.port}"

"""What the tests of mail share: a real mail server on this machine, promotional templates, a fresh policy cache."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from consent.tests.conftest import ask, choose, fresh_terms

__all__ = ["ask", "choose", "fresh_terms"]


class MailServer:
    """Keeps every mail as it came over the wire. `on_recipient` runs while the sender waits for an answer."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.senders: list[str] = []
        self.on_recipient: Callable[[], None] = lambda: None
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - its name in aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.on_recipient()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.answer.startswith("2"):
            self.raw.append(bytes(envelope.original_content or b""))
            self.senders.append(str(envelope.mail_from))
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    handler = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.KEPT_SMTP_URL = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


@pytest.fixture
def https(settings: Settings) -> str:
    """An installation that people reach by https."""
    settings.KEPT_BASE_URL = "https://kept.example"
    return "https://kept.example"

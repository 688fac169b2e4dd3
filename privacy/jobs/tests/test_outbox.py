"""A mail is sent once, lost never, and what nobody can know is called uncertain. Against a real SMTP server."""

import datetime as dt
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import send_mail as django_send_mail
from pytest_django.fixtures import Settings

from privacy.audit.models import AuditEvent
from privacy.jobs import send_gate
from privacy.jobs.mail_registry import RenderedMail
from privacy.jobs.models import CapturedMail, Job, JobState, OutboxMessage, SendState
from privacy.jobs.outbox import queue_mail, resolve_uncertain
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput, StaleState

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Server:
    """A mail server that does what `answer` says: an SMTP reply, or "drop" after it has the text."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name in aiosmtpd
        self.mails.append(envelope)
        if self.answer == "drop" and server.transport:
            server.transport.close()
        return self.answer


def raw_of(mail: Envelope) -> bytes:
    assert isinstance(mail.content, bytes)
    return mail.content


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.KEPT_SMTP_URL = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


def queue(template: str = "test.secret", **fields: Any) -> OutboxMessage:
    values: dict[str, Any] = {"idem_key": "k", "to": "Alice@Example.com", "context": {"id": "7"}, "now": clock.now()}
    return queue_mail(template, **{**values, "secret": {"token": "s3cret"}, **fields})


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_one()


def state() -> tuple[str, str, str]:
    row = OutboxMessage.objects.get()
    return row.state, row.recipient, row.secret_text


def test_an_accepted_mail_leaves_nothing_personal_in_its_row(server: Server) -> None:
    row = queue()
    raw = OutboxMessage.objects.values_list("recipient", "secret_text").get()
    assert "alice" not in raw[0] and "s3cret" not in raw[1]
    assert queue().pk == row.pk
    run_until_empty()
    assert len(server.mails) == 1 and server.mails[0].rcpt_tos == ["alice@example.com"]
    text = raw_of(server.mails[0]).decode()
    assert "token s3cret id 7" in text and f"Message-ID: <{row.pk}@kept.invalid>" in text
    assert state() == (SendState.SENT, "", "")
    assert AuditEvent.objects.filter(type="mail.accepted").count() == 1


def test_without_a_mail_server_the_mail_is_kept_and_readable() -> None:
    queue()
    run_until_empty()
    assert CapturedMail.objects.get().text == "token s3cret id 7" and state()[0] == SendState.SENT


def test_a_server_that_is_down_for_long_loses_no_letter(settings: Settings, server: Server) -> None:
    up, settings.KEPT_SMTP_URL = settings.KEPT_SMTP_URL, "smtp://127.0.0.1:9"
    queue()
    for _ in range(20):
        again()
    assert state()[0] == SendState.QUEUED and Job.objects.get().state == JobState.READY
    settings.KEPT_SMTP_URL = up
    again()
    assert state()[0] == SendState.SENT and len(server.mails) == 1


def test_a_server_that_is_down_for_an_hour_by_the_clock_loses_no_letter(settings: Settings, server: Server) -> None:
    up, settings.KEPT_SMTP_URL = settings.KEPT_SMTP_URL, "smtp://127.0.0.1:9"
    queue()
    waited = dt.timedelta()
    while waited < dt.timedelta(hours=1):
        assert run_one(), "the job was given up"
        job = Job.objects.get()
        assert job.state == JobState.READY and state()[0] == SendState.QUEUED and server.mails == []
        waited += job.run_after - clock.now()
        Job.objects.update(run_after=clock.now() - dt.timedelta(seconds=1))  # the clock moves to its next try
    settings.KEPT_SMTP_URL = up
    run_until_empty()
    assert state()[0] == SendState.SENT and len(server.mails) == 1


def test_not_now_is_tried_again_and_never_is_given_up(server: Server) -> None:
    server.answer = "451 later"
    queue()
    run_one()
    assert state()[0] == SendState.QUEUED
    server.answer = "554 never"
    again()
    assert state() == (SendState.GIVEN_UP, "", "")
    assert OutboxMessage.objects.get().reason == "server_554" and len(server.mails) == 2


def test_a_lost_answer_makes_a_secret_uncertain_and_waits_for_a_human(server: Server) -> None:
    server.answer = "drop"
    row = queue()
    run_until_empty()
    again()
    assert state()[0] == SendState.UNCERTAIN and len(server.mails) == 1
    server.answer = "250 OK"
    row.refresh_from_db()
    resolve_uncertain(message=row, outcome="resend", actor=OPERATOR, now=clock.now())
    run_until_empty()
    assert state() == (SendState.SENT, "", "") and len(server.mails) == 2
    with pytest.raises(StaleState):
        resolve_uncertain(message=row, outcome="sent", actor=OPERATOR, now=clock.now())
    with pytest.raises(InvalidInput):
        resolve_uncertain(message=row, outcome="maybe", actor=OPERATOR, now=clock.now())


def test_a_lost_answer_repeats_a_reminder_under_the_same_message_id(server: Server) -> None:
    server.answer = "drop"
    row = queue("test.reminder")
    run_one()
    server.answer = "250 OK"
    again()
    ids = {raw_of(mail).split(b"Message-ID: ")[1].split(b"\r\n")[0] for mail in server.mails}
    assert state()[0] == SendState.SENT and ids == {row.message_id.encode()} and len(server.mails) == 2


@pytest.mark.parametrize(("template", "end"), [("test.secret", SendState.UNCERTAIN), ("test.reminder", SendState.SENT)])
def test_a_worker_killed_in_the_middle_of_a_send(server: Server, template: str, end: str) -> None:
    queue(template)
    OutboxMessage.objects.update(state=SendState.SENDING)  # what the first commit of the killed worker left
    run_until_empty()
    assert state()[0] == end


def test_an_empty_gate_and_a_gate_that_says_no_refuse(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr(send_gate, "_gates", [])
    queue()
    run_until_empty()
    assert state() == (SendState.REFUSED, "", "") and server.mails == []
    assert OutboxMessage.objects.get().reason == "no_gate"


def test_line_breaks_in_a_header_and_addresses_in_the_context_are_refused() -> None:
    with pytest.raises(InvalidInput):
        RenderedMail("Hello\r\nBcc: mallory@example.com", "")
    with pytest.raises(ValueError, match="ids and codes only"):
        queue(context={"id": "alice@example.com"})
    with pytest.raises(InvalidInput):
        queue(to="alice@example.com\nBcc: mallory@example.com")


def test_djangos_own_mail_functions_lead_to_the_outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "privacy.jobs.mail_backend.UseTheOutbox"
    with pytest.raises(RuntimeError, match="queue_mail"):
        django_send_mail("s", "t", None, ["alice@example.com"])

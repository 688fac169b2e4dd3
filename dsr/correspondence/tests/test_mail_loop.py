"""Mails that we sent and that come back, and robots that answer them: nothing opens, and nobody is written to again."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.test import Client

from dsr.correspondence.models import Message
from dsr.correspondence.tests.posting import come
from dsr.models import SubjectRequest
from dsr.tests.doors import file
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import OutboxMessage
from privacy.jobs.tests.test_outbox import Server, raw_of
from privacy.jobs.tests.test_outbox import server as server  # noqa: PLC0414 - the fixture
from privacy.jobs.worker import run_until_empty

pytestmark = pytest.mark.django_db
OURS = "legal@kept.example"


@pytest.fixture
def sent(server: Server) -> list[bytes]:
    """What our own intake mails: the confirmation of a request that asks for an erasure."""
    file(Client(), "carol@example.com", "erasure", message="Please delete all my data.")
    run_until_empty()
    return [raw_of(mail) for mail in server.mails]


def test_our_own_mail_coming_back_opens_nothing_and_is_not_answered(sent: list[bytes], server: Server) -> None:
    queued = OutboxMessage.objects.count()
    for raw in sent * 3:  # forwarded to our own mailbox by somebody's rule, again and again
        assert come(raw).state == "ignored"
    assert SubjectRequest.objects.count() == 1 and not Message.objects.exists()
    assert OutboxMessage.objects.count() == queued == len(server.mails) == len(sent)


@pytest.mark.parametrize(
    "mark",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
    ],
)
def test_two_robots_do_not_write_to_each_other(sent: list[bytes], server: Server, mark: dict[str, str]) -> None:
    """The robot answers every mail of ours; each answer of it quotes our words, which ask for an erasure."""
    rounds = 0
    while rounds < len(server.mails) and rounds < 9:
        ours = message_from_bytes(raw_of(server.mails[rounds]), policy=policy.default)
        assert ours["Auto-Submitted"] == "auto-generated"  # a robot of good manners is silent already
        reply = EmailMessage()
        reply["From"], reply["To"], reply["Subject"] = "carol@example.com", OURS, f"Out of office: {ours['Subject']}"
        reply["In-Reply-To"], reply["Message-ID"] = ours["Message-ID"], f"<{rounds}@robot.example>"
        for name, value in mark.items():
            reply[name] = value
        reply.set_content("I am away. Please delete all my data.")
        assert come(reply.as_bytes()).state == "ignored"
        rounds += 1
    assert rounds == len(sent) and SubjectRequest.objects.count() == 1
    assert InboundMail.objects.count() == rounds and not Message.objects.exclude(kind="bounce").exists()

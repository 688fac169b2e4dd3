"""legal@ and support@ feed one queue: read over IMAP from a real server, from the mailbox to the request."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.tests.posting import letter_of, mails_to
from dsr.models import SubjectRequest
from dsr.states import State
from dsr.tests.doors import links
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.mailbox.tests.dovecot import ImapServer, imap_server
from privacy.jobs.mailbox.tests.test_mailbox import read
from privacy.jobs.models import Heartbeat
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.testing.cast import signed_in

__all__ = ["imap_server"]
pytestmark = pytest.mark.django_db
LEGAL, SUPPORT = "legal@kept.example", "support@kept.example"


@pytest.fixture
def server(imap_server: ImapServer, settings: Settings) -> ImapServer:
    settings.KEPT_MAILBOX_URL = f"{imap_server.url_of(LEGAL)} {imap_server.url_of(SUPPORT)}"
    return imap_server


@pytest.mark.promise(99)
def test_both_feed_one_queue_with_provenance_and_duplicates_merge(server: ImapServer, lena: User) -> None:
    came = clock.now().replace(microsecond=0) - dt.timedelta(days=3)
    raw = letter_of(Message_ID="<both@example.com>", files=(("scan.pdf", b"%PDF-1.7 x"),))
    server.put(raw, at=came, user=LEGAL)
    server.put(raw, at=came, user=SUPPORT)  # one copy to each
    server.put(letter_of("I want a copy of my data.", sender="dora@example.com"), at=came, user=SUPPORT)
    read()
    read()
    run_until_empty()
    assert InboundMail.objects.count() == SubjectRequest.objects.count() == 2
    assert set(Message.objects.values_list("mailbox", flat=True)) == {LEGAL, SUPPORT}
    assert Attachment.objects.get().name == "scan.pdf"
    assert all(case.received_at == came and case.channel == "mail" for case in SubjectRequest.objects.all())
    confirm = links(mails_to("carol@example.com")[0], "confirm")[0]
    assert Client().post(confirm).status_code == 302
    case = SubjectRequest.objects.get(state=State.RECEIVED)
    queue = signed_in(lena).get("/console/dsr/subjectrequest/").content.decode()
    assert case.reference in queue
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert LEGAL in page and "scan.pdf" in page and "Please delete all my data." in page


def test_one_that_is_away_stops_not_the_other_and_is_told(server: ImapServer, settings: Settings) -> None:
    settings.KEPT_MAILBOX_URL = f"imaps://a:b@127.0.0.1:9/INBOX {server.url_of(SUPPORT)}"
    server.put(letter_of(), user=SUPPORT)
    assert '"away"' in read().result
    run_until_empty()
    assert SubjectRequest.objects.count() == 1
    assert not Heartbeat.objects.filter(name="mailbox").exists()  # so the console tells that something is away


def test_no_room_for_an_attachment_leaves_the_mail_for_the_next_run(server: ImapServer, settings: Settings) -> None:
    there, blocked = settings.KEPT_FILES, settings.KEPT_FILES / "blocked"
    blocked.write_text("")
    settings.KEPT_FILES = blocked
    server.put(letter_of(files=(("scan.pdf", b"%PDF-1.7 x"),)), user=LEGAL)
    assert "disk_full" in read().result and not InboundMail.objects.exists()
    settings.KEPT_FILES = there
    read()
    run_until_empty()
    assert Attachment.objects.get().name == "scan.pdf"

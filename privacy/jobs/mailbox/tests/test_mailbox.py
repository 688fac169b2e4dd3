"""A mailbox is read once, in order, over TLS, without touching it. Against a real Dovecot."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from privacy.jobs.claiming import claim_job
from privacy.jobs.mailbox import handling, reading
from privacy.jobs.mailbox.handling import Outcome, handle, settle
from privacy.jobs.mailbox.messages import read_letter
from privacy.jobs.mailbox.models import InboundMail, MailboxPlace
from privacy.jobs.mailbox.tests.dovecot import ImapServer, imap_server
from privacy.jobs.models import Heartbeat, Job, JobState
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_one
from privacy.kernel import clock
from privacy.kernel.errors import StaleState

__all__ = ["imap_server"]
pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def no_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "_readers", {})


@pytest.fixture
def server(imap_server: ImapServer, settings: Settings) -> ImapServer:
    settings.KEPT_MAILBOX_URL = imap_server.url
    settings.KEPT_MAILBOX_ADDRESS = "support@kept.example"
    return imap_server


def mail(number: int = 1, *, text: str = "Hello there", **headers: str) -> bytes:
    named = {
        "From": "Alice <alice@example.com>",
        "To": "support@kept.example",
        "Subject": "A question",
        "Message-ID": f"<{number}@example.com>",
        "Date": "Wed, 25 Nov 2026 10:00:00 +0000",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ("".join(f"{name}: {value}\n" for name, value in named.items()) + "\n" + text + "\n").encode()


def read() -> Job:
    """One run of the reading job, by a worker."""
    job = enqueue("mailbox.read", idem_key=f"r{Job.objects.count()}", payload={}, now=clock.now())
    run_one(job_id=job.pk)
    job.refresh_from_db()
    return job


def handle_all() -> None:
    while job := Job.objects.filter(kind="mailbox.handle", state=JobState.READY).first():
        run_one(job_id=job.pk)


@pytest.mark.parametrize("scheme", ["url", "starttls_url"])
def test_each_message_is_kept_once_encrypted_and_the_mailbox_untouched(
    server: ImapServer, settings: Settings, scheme: str
) -> None:
    settings.KEPT_MAILBOX_URL = getattr(server, scheme)
    came = clock.now().replace(microsecond=0) - dt.timedelta(days=2)
    server.put(mail(1), at=came)
    server.put(mail(2, text="Another"))
    read()
    read()
    first, second = InboundMail.objects.order_by("received_at")
    assert (first.sender, first.subject_line, first.text.strip()) == ("alice@example.com", "A question", "Hello there")
    assert first.received_at == came and second.text.strip() == "Another"
    raw = InboundMail.objects.values_list("sender", "subject_line", "text")
    assert all("alice" not in str.__str__(value) and "Hello" not in str.__str__(value) for row in raw for value in row)
    assert all("Seen" not in flags for flags in server.flags()) and Heartbeat.objects.filter(name="mailbox").exists()
    assert Job.objects.filter(kind="mailbox.handle").count() == 2
    assert not any("alice" in job.payload for job in Job.objects.all())


def test_the_same_mail_found_again_is_the_same(server: ImapServer) -> None:
    server.put(mail(1))
    read()
    server.put(mail(1))  # moved away and back, or delivered twice
    read()
    MailboxPlace.objects.update(validity="1")  # the server numbers anew
    read()
    assert InboundMail.objects.count() == 1 and Job.objects.filter(kind="mailbox.handle").count() == 1


def test_cut_off_in_the_middle_nothing_is_lost_and_nothing_twice(server: ImapServer) -> None:
    for number in range(4):
        server.put(mail(number, text=f"Text {number}"))
    kept = 0

    def cut_off(execute: Any, sql: str, *args: Any) -> Any:
        nonlocal kept
        kept += sql.startswith('INSERT INTO "mailbox_inboundmail"')
        if kept == 3:
            kept += 1
            raise OperationalError("cut off")
        return execute(sql, *args)

    with connection.execute_wrapper(cut_off):
        job = read()
    assert job.state == JobState.READY and InboundMail.objects.count() == 2
    Job.objects.filter(pk=job.pk).update(run_after=LONG_AGO)
    run_one(job_id=job.pk)
    assert sorted(row.text.strip() for row in InboundMail.objects.all()) == [f"Text {n}" for n in range(4)]
    assert Job.objects.filter(kind="mailbox.handle").count() == 4


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_keep_each_message_once(server: ImapServer) -> None:
    for number in range(6):
        server.put(mail(number, text=f"Text {number}"))
    jobs = [enqueue("mailbox.read", idem_key=f"two{n}", payload={}, now=clock.now()) for n in range(2)]

    def work(job: Job) -> None:
        try:
            run_one(job_id=job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for job in jobs:
        Job.objects.filter(pk=job.pk, state=JobState.READY).update(run_after=LONG_AGO)
        run_one(job_id=job.pk)
    assert InboundMail.objects.count() == 6 == Job.objects.filter(kind="mailbox.handle").count()


def test_a_huge_mail_is_read_by_its_headers(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 2_000)
    server.put(mail(1, text="x" * 5_000, Subject="Huge"))
    read()
    row = InboundMail.objects.get()
    assert (row.subject_line, row.text) == ("Huge", "")


def test_old_mail_of_a_mailbox_never_read_before_is_left_alone(server: ImapServer) -> None:
    server.put(mail(1), at=clock.now() - dt.timedelta(days=60))
    server.put(mail(2))
    read()
    assert InboundMail.objects.count() == 1


@pytest.mark.parametrize(
    "url",
    ["imaps://a:b@127.0.0.1:9/INBOX", "imaps://a:wrong@127.0.0.1:{tls}/INBOX", "imaps://a:s3cret@127.0.0.1:{tls}/No"],
)
def test_a_mailbox_that_is_away_stops_nothing(server: ImapServer, settings: Settings, url: str) -> None:
    settings.KEPT_MAILBOX_URL = url.format(tls=server.tls)
    job = read()
    assert job.state == JobState.DONE and '"away"' in job.result
    assert not Heartbeat.objects.filter(name="mailbox").exists() and not InboundMail.objects.exists()


def test_a_server_with_a_foreign_certificate_learns_no_password(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "SSLCertVerificationError" in read().result


AUTOMATIC = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; x=y"},
    {"Precedence": "bulk"},
    {"List_Id": "<a.example.com>"},
    {"X_Auto_Response_Suppress": "All"},
    {"From": "MAILER-DAEMON@example.com"},
    {"From": "no-reply@example.com"},
    {"From": "privacy@kept.example"},
    {"From": "Support@Kept.example"},
    {"From": "a@example.com, b@example.com"},
    {"From": ""},
    {"Return_Path": "<>"},
    {"Content_Type": 'multipart/report; report-type=delivery-status; boundary="x"'},
]


@pytest.mark.parametrize("headers", AUTOMATIC)
def test_what_programs_send_is_ignored(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    asked: list[object] = []
    handling.register_reader("any", lambda mail, now: asked.append(mail) or Outcome("done"))  # type: ignore[func-returns-value]  # it notes and answers
    own = frozenset({"privacy@kept.example", "support@kept.example"})
    letter = read_letter(mail(1, text="unsubscribe", **headers), own_addresses=own)
    assert letter.is_automatic
    row = InboundMail.objects.create(
        message_key=letter.key, text=letter.text, is_automatic=letter.is_automatic, received_at=clock.now()
    )
    assert handle(mail_id=row.pk, now=clock.now()) == "ignored" and asked == []
    row.refresh_from_db()
    assert row.text == ""


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\xff" * 50, b"From: a@b.example\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe", b"\n" * 9],
)
def test_nonsense_is_read_without_a_crash(raw: bytes) -> None:
    letter = read_letter(raw, own_addresses=frozenset())
    assert len(letter.key) == 64 and "\0" not in letter.text


def test_what_no_reader_takes_waits_and_its_words_go_when_settled() -> None:
    row = InboundMail.objects.create(message_key="k", sender="a@b.example", text="Hm", received_at=clock.now())
    assert handle(mail_id=row.pk, now=clock.now()) == "unclear"
    assert handle(mail_id=row.pk, now=clock.now()) == "unclear"
    settle(mail=row, reason="nothing", by=None, now=clock.now())
    row.refresh_from_db()
    assert (row.state, row.sender, row.text) == ("settled", "", "")
    with pytest.raises(StaleState):
        settle(mail=row, reason="nothing", by=None, now=clock.now())
    assert claim_job() is None

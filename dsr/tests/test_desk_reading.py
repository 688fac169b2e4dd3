"""The desk reads what is pasted or dropped: it proposes, marks what led to it, shows nobody, and files with the
original time, words and attachments."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.services import original_of
from dsr.correspondence.tests.posting import come, letter_of, mails_to
from dsr.forms import DeskForm
from dsr.models import SubjectRequest
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed
from privacy.audit.models import AuditEvent
from privacy.jobs.mailbox.models import InboundMail
from privacy.kernel import clock
from privacy.kernel.rendering.tests.files import pdf, picture
from privacy.policy.board import switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PASTED = """From: Dora Doe <dora@example.com>
Sent: {day}
To: support@kept.example
Subject: My data

Hello, please delete my account and send me a copy of my data first. Thank you.
"""


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.KEPT_FILES = tmp_path / "files"


@pytest.fixture
def today(settings: Settings) -> dt.date:
    return clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)


def read(client: Client, message: str = "", **more: Any) -> str:
    answer = client.post("/desk/", {"act": "read", "message": message, **more})
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return answer.content.decode()


def values(today: dt.date, **more: Any) -> dict[str, Any]:
    return {
        "rights": ["erasure"],
        "channel": "post",
        "received_on": (today - dt.timedelta(days=5)).isoformat(),
        "email": "dora@example.com",
        "identity_level": "V0",
        "language": "de",
        **more,
    }


def test_a_pasted_mail_fills_the_form_and_marks_the_words(omar: User, today: dt.date) -> None:
    day = today - dt.timedelta(days=9)
    page = read(signed_in(omar), PASTED.format(day=f"{day:%-d %B %Y}"))
    assert '<mark title="Delete my data">delete my account' in page
    assert '<mark title="See what you have about me">copy of my data' in page
    assert '<mark title="Sender">dora@example.com' in page and 'value="dora@example.com"' in page
    assert f'value="{day.isoformat()}"' in page and 'value="Dora Doe"' in page
    for right in ("erasure", "access"):
        assert f'value="{right}" checked' in page
    assert (
        'value="mail" required id="id_channel_0" checked' in page or "checked" in page.partition('value="mail"')[2][:60]
    )
    assert not SubjectRequest.objects.exists()  # nothing is filed by reading


def test_what_the_agent_typed_stays(omar: User, today: dt.date) -> None:
    page = read(signed_in(omar), "Bitte löschen Sie meine Daten", email="eva@example.com", postal="1 Long Road")
    assert 'value="eva@example.com"' in page and "1 Long Road" in page
    assert '<option value="de" selected>' in page
    chosen = {"channel": "phone", "identity_level": "V1", "region": "DE", "rights": ["access"]}
    page = read(signed_in(omar), "Bitte löschen Sie meine Daten", **chosen)
    for words in ('value="phone"', 'value="V1"', 'value="access"'):
        assert "checked" in page.partition(words)[2].partition(">")[0]
    assert '<option value="DE" selected>' in page


def test_candidates_are_counted_and_nobody_is_shown(omar: User, alice: User) -> None:
    case, _ = filed_and_confirmed(Client(), "alice@example.com")
    page = read(signed_in(omar), "Please delete my data", email="alice@example.com")
    assert "we know 1 person" in page and f"KX-…{case.reference[-2:]}" in page
    assert case.reference not in page and "Alice" not in page and str(alice.subject_id) not in page
    page = read(signed_in(omar), "Please delete my data", email="nobody@example.com")
    assert "we know 0 people" in page and "Open requests from it: none" in page


def test_text_of_strangers_is_shown_as_text(omar: User) -> None:
    page = read(signed_in(omar), "<script>alert(1)</script> delete my data \u202e {{ settings.SECRET_KEY }}")
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "{{ settings.SECRET_KEY }}" in page


def test_hostile_texts_are_read(omar: User) -> None:
    client = signed_in(omar)
    for text in ("", "delete my " * 2_000, "From: " * 3_000, "a@b." * 5_000, "\r\n" * 9_000, "1.1.2026 " * 2_000):
        read(client, text[:20_000])


@pytest.mark.promise(28)
def test_a_dropped_mail_keeps_its_time_words_and_attachments(omar: User, settings: Settings) -> None:
    client = signed_in(omar)
    came = clock.now().replace(microsecond=0) - dt.timedelta(days=12)
    raw = (
        b"Received: from mx by us; "
        + f"{came:%a, %d %b %Y %H:%M:%S +0000}".encode()
        + b"\n"
        + letter_of("Bitte löschen Sie meine Daten. Danke Ihnen.", files=(("letter.pdf", b"%PDF-1.7 x"),))
    )
    page = read(client, file=SimpleUploadedFile("mail.eml", raw))
    mail = InboundMail.objects.get()
    day = clock.local_date(came, settings.KEPT_TIME_ZONE)
    assert f'value="{mail.pk}"' in page and f'value="{day.isoformat()}"' in page and "carol@example.com" in page
    form = {"mail": str(mail.pk), "rights": ["erasure"], "channel": "mail", "received_on": day.isoformat()}
    form |= {"email": "carol@example.com", "identity_level": "V0", "language": "de", "message": "changed"}
    assert client.post("/desk/", form).status_code == 302
    case, message = SubjectRequest.objects.get(), Message.objects.get()
    assert (case.received_at, case.filed_by, case.language, case.channel) == (came, omar.pk, "de", "mail")
    assert (message.at, message.subject_line) == (came, "My data") and message.text.startswith("Bitte löschen")
    assert Attachment.objects.get().name == "letter.pdf" and not case.notes.exists()
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.text) == ("settled", "request", "")
    again = client.post("/desk/", form | {"file_anyway": "on"})
    assert "dealt with this mail already" in again.content.decode() and SubjectRequest.objects.count() == 1
    known = client.post("/desk/", {"act": "read", "file": SimpleUploadedFile("mail.eml", raw)})
    assert known.status_code == 400 and "dealt with already" in known.content.decode()


def test_s28_off_the_time_of_the_mail_is_lost(omar: User, settings: Settings) -> None:
    mail = come(letter_of("Hello, I have a matter."))
    day = clock.local_date(mail.received_at, settings.KEPT_TIME_ZONE).isoformat()
    form = {"mail": str(mail.pk), "rights": ["erasure"], "channel": "mail", "received_on": day}
    with switched_off("correspondence.keeps_the_mail"):
        signed_in(omar).post("/desk/", form | {"email": "carol@example.com", "identity_level": "V0"})
    assert SubjectRequest.objects.get().received_at != mail.received_at and not Message.objects.exists()


@pytest.mark.promise(28)
def test_this_message_is_a_privacy_request(omar: User, lena: User) -> None:
    mail = come(letter_of("Hello, I have a matter about the thing you hold.", subject="Hi"))
    assert mail.state == "unclear"
    client = signed_in(omar)
    assert f"/desk/from-mail/{mail.pk}/" in client.get(f"/desk/mail/{mail.pk}/").content.decode()
    page = client.get(f"/desk/from-mail/{mail.pk}/").content.decode()
    assert "carol@example.com" in page and "takes it off the list" in page
    event = AuditEvent.objects.get(type="dsr.mail_read_at_desk")
    assert (event.actor_id, event.target_id) == (omar.pk, mail.pk)
    day = clock.local_date(mail.received_at, "Asia/Kolkata").isoformat()
    form = {"mail": str(mail.pk), "rights": ["question"], "channel": "mail", "received_on": day}
    client.post("/desk/", form | {"email": "carol@example.com", "identity_level": "V0", "message": "x"})
    case = SubjectRequest.objects.get()
    assert case.received_at == mail.received_at and case.state == State.RECEIVED
    assert case.reference in signed_in(lena).get("/console/dsr/subjectrequest/").content.decode()
    assert signed_in(omar).get(f"/desk/from-mail/{mail.pk}/").status_code == 404


def test_a_mail_joins_the_request_that_is_open(omar: User, lena: User) -> None:
    case, _ = filed_and_confirmed(Client(), "carol@example.com")
    mail = come(letter_of("Hello, any news about the matter?", subject="Hi"))
    client = signed_in(omar)
    form = {"mail": str(mail.pk), "rights": ["erasure"], "channel": "mail", "email": "carol@example.com"}
    form |= {"received_on": "2026-01-01", "identity_level": "V0", "late_reason": "-"}
    asked = client.post("/desk/", form)
    assert asked.status_code == 409 and "It belongs to that request" in asked.content.decode()
    assert client.post("/desk/", form | {"act": "join"}).status_code == 302
    assert Message.objects.get().subject_request == case and len(mails_to(lena.email)) <= 1
    mail.refresh_from_db()
    assert mail.reason == "thread" and SubjectRequest.objects.count() == 1


@pytest.mark.promise(100)
def test_a_letter_is_filed_with_its_stamp_and_its_scan(omar: User, today: dt.date) -> None:
    scan = pdf("Please delete my data.")
    upload = SimpleUploadedFile("letter.pdf", scan)
    answer = signed_in(omar).post("/desk/", values(today, file=upload, postal="1 Long Road", message="Delete me"))
    assert answer.status_code == 302
    case, row = SubjectRequest.objects.get(), Attachment.objects.get()
    assert clock.local_date(case.received_at, "Asia/Kolkata") == today - dt.timedelta(days=5)
    assert (row.media_type, b"".join(original_of(row))) == ("application/pdf", scan)
    assert (row.message.medium, row.message.text, case.language) == ("post", "Delete me", "de")


def test_s100_off_the_scan_is_lost(omar: User, today: dt.date) -> None:
    with switched_off("correspondence.scanned_post"):
        signed_in(omar).post("/desk/", values(today, file=SimpleUploadedFile("a.png", picture())))
    assert SubjectRequest.objects.exists() and not Attachment.objects.exists()


@pytest.mark.promise(15)
@pytest.mark.parametrize("channel", ["mail", "phone", "chat", "post"])
def test_every_medium_reaches_the_queue_with_its_day(omar: User, lena: User, today: dt.date, channel: str) -> None:
    assert signed_in(omar).post("/desk/", values(today, channel=channel)).status_code == 302
    case = SubjectRequest.objects.get()
    assert clock.local_date(case.received_at, "Asia/Kolkata") == today - dt.timedelta(days=5)
    assert (case.channel, case.state) == (channel, State.RECEIVED)
    queue = signed_in(lena).get(f"/console/dsr/subjectrequest/?channel__exact={channel}").content.decode()
    assert case.reference in queue


def test_s15_off_a_call_cannot_be_filed(omar: User, today: dt.date) -> None:
    with switched_off("correspondence.every_medium"):
        assert signed_in(omar).post("/desk/", values(today, channel="phone")).status_code == 400


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("evil.exe", b"MZ" * 99, "PDF"),
        ("letter.pdf", b"<html><script>", "PDF"),
        ("empty.png", b"", "empty"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, ""),
    ],
)
def test_only_pictures_and_pdf_are_taken(omar: User, today: dt.date, name: str, data: bytes, says: str) -> None:
    answer = signed_in(omar).post("/desk/", values(today, file=SimpleUploadedFile(name, data)))
    page = answer.content.decode()
    assert answer.status_code == 400 and "id_file_error" in page and says in page
    assert not SubjectRequest.objects.exists() and not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.eml", b"\x00\xff" * 40, "no mail that can be read"),
        ("scan.png", b"\x89PNG", "Attach a scan as you file"),
    ],
)
def test_what_cannot_be_read_says_so_at_its_field(omar: User, name: str, data: bytes, says: str) -> None:
    answer = signed_in(omar).post("/desk/", {"act": "read", "file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 400 and says in answer.content.decode() and not InboundMail.objects.exists()


def test_a_text_file_is_read(omar: User) -> None:
    page = read(signed_in(omar), file=SimpleUploadedFile("chat.txt", "Merci de supprimer mes données".encode()))
    assert 'value="erasure" checked' in page and '<option value="fr" selected>' in page


def test_a_day_before_the_law_is_refused_at_its_field(omar: User, today: dt.date) -> None:
    answer = signed_in(omar).post("/desk/", values(today, received_on="2016-02-03", late_reason="Found it."))
    assert answer.status_code == 400 and "No law that is counted by held on this day" in answer.content.decode()


def test_who_may_not_file_reads_nothing(mallory: User, lena: User) -> None:
    mail = come(letter_of("Hello, I have a matter."))
    for user in (mallory, lena):
        client = signed_in(user)
        assert client.get(f"/desk/from-mail/{mail.pk}/").status_code == 403
        assert client.post("/desk/", {"act": "read", "message": "x"}).status_code == 403
    assert not AuditEvent.objects.filter(type="dsr.mail_read_at_desk").exists()


def test_at_most_twelve_fields_and_a_fixed_number_of_queries(
    omar: User, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conditional = {"late_reason", "file_anyway", "mail"}
    assert len(DeskForm.base_fields.keys() - conditional) <= 12
    client = signed_in(omar)
    filed_and_confirmed(Client(), "alice@example.com")
    read(client, "Please delete my data", email="alice@example.com")
    with django_assert_num_queries(7):
        read(client, "Please delete my data", email="alice@example.com")


def test_a_scan_is_asked_about_viruses_and_never_lies_in_clear(
    omar: User, today: dt.date, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", None)  # a file in clear
    client, large = signed_in(omar), picture("TIFF", size=(1200, 800))
    assert len(large) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    settings.KEPT_CLAMD = "127.0.0.1:1"
    answer = client.post("/desk/", values(today, file=SimpleUploadedFile("scan.tif", large)))
    assert "could not be checked" in answer.content.decode() and not SubjectRequest.objects.exists()
    settings.KEPT_CLAMD = ""
    assert client.post("/desk/", values(today, file=SimpleUploadedFile("scan.tif", large))).status_code == 302
    assert Attachment.objects.get().size == len(large)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/desk/", values(today)).status_code == 403

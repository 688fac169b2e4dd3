"""A mail as a person's program writes it, and its way through the mailbox of a test."""

import datetime as dt
import uuid
from email.message import EmailMessage

from django.conf import settings

from dsr.models import Letter, SubjectRequest
from privacy.jobs.mailbox.messages import read_letter
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.mailbox.reading import keep_whole, values_of
from privacy.jobs.models import CapturedMail
from privacy.jobs.outbox import queue_mail
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock

CAME = dt.timedelta(hours=30)


def letter_of(
    text: str = "Please delete all my data.",
    *,
    sender: str = "Carol <carol@example.com>",
    subject: str = "My data",
    html: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """The bytes of a mail."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "legal@kept.example"
    message["Subject"] = subject
    message["Message-ID"] = headers.pop("Message_ID", f"<{uuid.uuid4()}@example.com>")
    message["Date"] = "Wed, 25 Nov 2026 10:00:00 +0000"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def come(raw: bytes, *, mailbox: str = "legal@kept.example", ago: dt.timedelta = CAME) -> InboundMail:
    """A mail as the reader of the mailbox keeps it, dealt with by a worker."""
    letter = read_letter(raw, own_addresses=frozenset({"legal@kept.example", settings.DEFAULT_FROM_EMAIL}))
    row, is_new = InboundMail.objects.get_or_create(
        message_key=letter.key,
        defaults={**values_of(letter), "mailbox": mailbox, "received_at": clock.now() - ago},
    )
    if is_new:
        keep_whole(row, raw, letter)
    enqueue("mailbox.handle", idem_key=str(row.pk), payload={"mail": str(row.pk)}, now=clock.now())
    run_until_empty()
    row.refresh_from_db()
    return row


def mails_to(address: str) -> list[CapturedMail]:
    """What we wrote to somebody, the oldest first."""
    return [mail for mail in CapturedMail.objects.order_by("created_at") if mail.recipient == address]


def our_letter(case: SubjectRequest, *, kind: str = "extension", text: str = "It takes longer.") -> Letter:
    """A letter of ours that is on its way by mail."""
    letter = Letter(subject_request=case, kind=kind, text=text)
    message = queue_mail(
        "dsr.letter",
        idem_key=f"dsr.letter:{letter.pk}",
        to=case.contact.email,
        context={"letter": str(letter.pk)},
        now=clock.now(),
    )
    letter.outbox_id = message.pk
    letter.save(force_insert=True)
    return letter

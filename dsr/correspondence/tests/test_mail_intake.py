"""Mail to our addresses: clear words open a request as of when they came, answers join their case, programs get no
answer, and nothing that anybody sends stops the rest."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsr.correspondence.mailing import reader
from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.services import original_of
from dsr.correspondence.tests.posting import CAME, come, letter_of, mails_to, our_letter
from dsr.models import SubjectRequest
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed, links
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.policy.board import switched_off
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
pytestmark = pytest.mark.django_db
CAROL = "carol@example.com"
PLEASE = "Please delete all my personal data."
PDF = b"%PDF-1.7 a scan of my letter"


@pytest.mark.promise(99)
def test_a_mail_opens_a_request_as_of_when_it_came_and_its_sender_confirms_it() -> None:
    mail = come(letter_of("Please delete all my personal data and stop sending me newsletters."))
    assert (mail.state, mail.reason, mail.text, mail.sender, mail.sender_name) == (
        "done",
        "by_words+request",
        *3 * [""],
    )
    case = SubjectRequest.objects.get()
    assert (case.state, case.channel, case.received_at, case.subject) == (
        State.UNCONFIRMED,
        "mail",
        mail.received_at,
        None,
    )
    assert sorted(item.right for item in case.items.all()) == ["erasure", "marketing_objection"]
    assert all(item.clocks.exists() for item in case.items.all())
    message = Message.objects.get()
    assert (message.mailbox, message.at, message.subject_line) == ("legal@kept.example", mail.received_at, "My data")
    path = next(path for mail in mails_to(CAROL) for path in links(mail, "confirm"))
    assert Client().post(path).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.identity_level) == (State.RECEIVED, "V1") and case.subject
    assert case.due_on and case.due_on <= (case.received_at + dt.timedelta(days=31)).date()


@pytest.mark.parametrize(
    ("sender", "greeting"),
    [
        ("Carol Świątek <carol@example.com>", "Dear Carol Świątek,"),
        ("carol@example.com", "Hello,"),
        ("Świątek, Carol <carol@example.com>", "Dear Carol,"),
        ("=?utf-8?q?Eve=0D=0ABcc=3A_x=E2=80=AE?= <carol@example.com>", "Hello,"),  # the parser gives it up
        ('"carol@example.com" <carol@example.com>', "Hello,"),
        ('"Read https://e.example" <carol@example.com>', "Hello,"),
        ("=?utf-8?q?Eve=2C_=E2=80=AEX?= <carol@example.com>", "Dear Eve, X,"),
    ],
)
def test_letters_greet_by_the_name_that_the_sender_gave(sender: str, greeting: str) -> None:
    come(letter_of(PLEASE).replace(b"From: Carol <carol@example.com>", f"From: {sender}".encode()))
    path = next(path for mail in mails_to(CAROL) for path in links(mail, "confirm"))
    assert "Świątek" not in "".join(mail.text for mail in mails_to(CAROL))  # not yet: a sender can be forged
    assert Client().post(path).status_code == 302
    run_until_empty()
    acknowledged = mails_to(CAROL)[-1]
    assert f"\n{greeting}\n" in acknowledged.text


def test_the_desk_form_proposes_the_name_and_the_case_keeps_it(omar: User) -> None:
    mail = come(letter_of("I have a matter."))
    client = signed_in(omar)
    page = client.get(f"/desk/from-mail/{mail.pk}/")
    assert page.context["form"].initial["name"] == mail.sender_name == "Carol"


def test_off_a_mail_waits_for_a_person() -> None:
    with switched_off("correspondence.mail_intake"):
        assert come(letter_of()).state == "unclear"
    assert not SubjectRequest.objects.exists()


@pytest.mark.parametrize(
    ("text", "right", "language"),
    [
        ("Bitte löschen Sie alle meine Daten. Ich danke Ihnen.", "erasure", "de"),
        ("Je veux une copie de mes données, merci de me répondre dans le délai.", "access", "fr"),
        ("Quiero que corrijan mi dirección en sus datos, por favor. Está mal.", "rectification", "es"),
        ("Eu peço a portabilidade dos meus dados para outro serviço.", "portability", "pt"),
        ("I object to the processing of my data for profiling.", "objection", "en"),
    ],
)
def test_in_five_languages(text: str, right: str, language: str) -> None:
    come(letter_of(text))
    case = SubjectRequest.objects.get()
    assert [item.right for item in case.items.all()] == [right] and case.language == language


def test_what_is_no_request_waits_for_a_person() -> None:
    for text in ("Where is my invoice?", "Please do not delete my data.", "Thanks!"):
        assert come(letter_of(text)).state == "unclear"
    assert not SubjectRequest.objects.exists() and not CapturedMail.objects.exists()


def test_a_mail_to_both_mailboxes_is_one_request_with_its_provenance() -> None:
    raw = letter_of(Message_ID="<one@example.com>")
    come(raw, mailbox="legal@kept.example")
    come(raw, mailbox="support@kept.example")
    assert InboundMail.objects.count() == SubjectRequest.objects.count() == Message.objects.count() == 1
    come(letter_of("I ask again: please delete my account."), mailbox="support@kept.example")
    assert SubjectRequest.objects.count() == 1
    assert list(Message.objects.values_list("mailbox", flat=True)) == ["legal@kept.example", "support@kept.example"]


def test_the_same_asked_again_joins_the_open_case_and_staff_are_told(lena: User) -> None:
    case, _ = filed_and_confirmed(Client(), CAROL)
    mail = come(letter_of("Once more: delete my data!"))
    assert mail.reason == "same_request" and SubjectRequest.objects.count() == 1
    assert Message.objects.get().subject_request == case
    (told,) = mails_to(lena.email)
    assert case.reference in told.subject and "carol" not in told.text.lower()
    come(letter_of("And again: delete my data!"))
    assert len(mails_to(lena.email)) == 1 and Message.objects.count() == 2
    come(letter_of("I also want a copy of my data."))
    assert SubjectRequest.objects.count() == 2  # another right is another request


def test_an_answer_to_our_letter_lands_in_its_case(make_case: MakeCase) -> None:
    case = make_case()
    letter = our_letter(case, kind="identity_question", text="Which account?")
    reply = f"<{letter.outbox_id}@kept.invalid>"
    mail = come(letter_of("The second one.", sender="alice@example.com", subject="AW: Ihre Frage", In_Reply_To=reply))
    message = Message.objects.get()
    assert (mail.reason, message.subject_request, message.is_theirs) == ("thread", case, True)
    assert message.outbox_id == letter.outbox_id and mail.subject_id == case.subject_id
    other = come(letter_of("Thanks", sender="alice@example.com", subject=f"Re: about {case.reference.lower()}"))
    assert other.state == "unclear"  # a reference that is none of ours names no case
    case.reference = "KX-ABCDEFG"
    case.save()
    come(letter_of("Thanks", sender="Alice <ALICE@example.com>", subject="Re: about kx-abcdefg"))
    assert case.messages.count() == 2


def test_words_of_another_address_join_for_staff_only(make_case: MakeCase) -> None:
    case = make_case(reference="KX-ABCDEFG")
    mail = come(letter_of("I am her lawyer. Delete it all.", subject="KX-ABCDEFG", sender="law@example.org"))
    assert Message.objects.get().is_theirs is False and mail.subject_id is None
    assert SubjectRequest.objects.get() == case and not mails_to("law@example.org")


def test_a_reply_to_a_mail_for_staff_opens_no_thread(make_case: MakeCase, lena: User) -> None:
    make_case(reference="KX-ABCDEFG")
    come(letter_of("Hello", subject="KX-ABCDEFG", sender="alice@example.com"))
    (told,) = mails_to(lena.email)
    reply = f"<{told.outbox_id}@kept.invalid>"
    assert come(letter_of("Seen.", sender=lena.email, subject="Re: a message", In_Reply_To=reply)).state == "unclear"


BOUNCE = """From: MAILER-DAEMON@mx.example
To: privacy@kept.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; alice@example.com
Action: {action}
Status: {status}
--b
Content-Type: text/rfc822-headers

Message-ID: <{outbox}@kept.invalid>
Subject: Our answer
--b--
"""


def test_a_letter_that_bounces_is_noted_at_its_case_and_never_answered(make_case: MakeCase, lena: User) -> None:
    case = make_case()
    letter = our_letter(case, kind="extension", text="It takes longer.")
    run_until_empty()
    raw = BOUNCE.format(action="failed", status="5.1.1", outbox=letter.outbox_id).encode()
    mail = come(raw)
    assert (mail.state, mail.reason, mail.is_bounce) == ("ignored", "bounce", True)
    message = Message.objects.get()
    assert (message.subject_request, message.kind, message.code) == (case, "bounce", "5.1.1")
    assert len(mails_to(lena.email)) == 1 and len(CapturedMail.objects.all()) == 2
    come(raw.replace(b"It could not", b"Again it could not"))
    assert Message.objects.count() == 1


def test_a_mail_that_is_only_late_is_no_bounce(make_case: MakeCase) -> None:
    letter = our_letter(make_case(), kind="extension", text="Longer.")
    come(BOUNCE.format(action="delayed", status="4.4.1", outbox=letter.outbox_id).encode())
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "list"},
        {"List_Id": "<news.example.com>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
    ],
)
def test_what_programs_send_opens_nothing_and_gets_no_answer(headers: dict[str, Any]) -> None:
    assert come(letter_of("Please delete all my data.", **headers)).state == "ignored"
    assert come(letter_of("Delete my data", sender="legal@kept.example")).state == "ignored"  # ourselves: a loop
    assert not SubjectRequest.objects.exists() and not CapturedMail.objects.exists()


def test_attachments_come_along_sealed_and_the_whole_message_goes() -> None:
    mail = come(letter_of(files=(("letter.pdf", PDF), ("evil.exe", b"MZ" * 10))))
    first, second = Attachment.objects.all()
    assert (first.name, first.media_type, b"".join(original_of(first))) == ("letter.pdf", "application/pdf", PDF)
    assert second.media_type == "application/octet-stream"
    assert mail.raw_file == "" and mail.raw_key == ""


def test_opted_out_and_asked_in_one_mail() -> None:
    mail = come(letter_of("Unsubscribe me.", subject="Stop"))
    assert mail.reason == "by_words" and not SubjectRequest.objects.exists()  # less mail needs no request
    mail = come(letter_of("Unsubscribe me and delete my account.", sender="dora@example.com"))
    assert mail.reason == "by_words+request"
    assert {item.right for item in SubjectRequest.objects.get().items.all()} == {"erasure", "marketing_objection"}


def test_a_flood_in_the_names_of_many_makes_us_write_to_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_A_DAY", 2)
    for number in range(4):
        come(letter_of(sender=f"p{number}@example.com"))
    assert SubjectRequest.objects.count() == 2 and InboundMail.objects.filter(state="unclear").count() == 2


HOSTILE = {
    "huge headers": b"From: carol@example.com\nSubject: " + b"a" * 300_000 + b"\n\nDelete my data",
    "nested": b"From: carol@example.com\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000)),
    "broken mime": b"From: carol@example.com\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encod",
    "nul": b"From: carol@example.com\nSubject: My data\n\nDelete\0 my data\0",
    "no headers": b"\n\nDelete my data",
    "bad charset": b"From: carol@example.com\nContent-Type: text/plain; charset=klingon\n\nDelete my data",
    "rtl": "From: carol@example.com\nSubject: =?utf-8?b?4oCuZGF0YQ==?=\n\nDelete my data \u202e now".encode(),
    "two senders": b"From: carol@example.com, bob@example.com\n\nDelete my data",
    "injected": b"From: carol@example.com\nSubject: =?utf-8?q?Data=0D=0ABcc:_x@example.com?=\n\nDelete my data",
    "address of nonsense": b"From: <a@@b>\n\nDelete my data",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_stops_nothing(name: str) -> None:
    mail = come(HOSTILE[name])
    assert mail.state in {"done", "unclear", "ignored"}
    for message in Message.objects.all():
        assert not set("\0\r\n\u202e") & set(message.subject_line) and "\0" not in message.text


def test_html_alone_is_read_as_its_words() -> None:
    raw = (
        b"From: carol@example.com\nSubject: x\nContent-Type: text/html\n\n"
        b"<style>p{}</style><p>Please <b>delete</b> my data</p><script>evil()</script>"
    )
    assert come(raw).reason == "request"
    assert "evil" not in Message.objects.get().text and "<" not in Message.objects.get().text


def test_received_when_it_came_not_when_it_was_read() -> None:
    come(letter_of(), ago=dt.timedelta(days=9))
    case = SubjectRequest.objects.get()
    assert case.filed_at - case.received_at >= dt.timedelta(days=8, hours=23) and dt.timedelta(days=2) > CAME

"""Writing to support is enough: clear words and tokens end mail at once; a forged sender can only end it."""

import datetime as dt
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.selectors import find_subjects
from consent.links import make_unsubscribe_token
from consent.mailing.headers import ListMail, list_headers
from consent.mailing.inbound.recognizing import token_in, wants_no_more
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import choose
from privacy.jobs.mailbox.messages import read_letter
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.mailbox.tests.dovecot import ImapServer, imap_server
from privacy.jobs.mailbox.tests.test_mailbox import mail, read
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.personal_data.models import Subject

__all__ = ["imap_server"]
pytestmark = pytest.mark.django_db
CAME = dt.timedelta(hours=30)


def come(number: int = 1, **parts: str) -> InboundMail:
    """A message as the reader of the mailbox keeps it, dealt with."""
    letter = read_letter(mail(number, **parts), own_addresses=frozenset({"support@kept.example"}))
    row = InboundMail.objects.create(
        message_key=letter.key,
        sender=letter.sender,
        recipients=letter.recipients,
        subject_line=letter.subject_line,
        text=letter.text,
        is_automatic=letter.is_automatic,
        received_at=clock.now() - CAME,
    )
    enqueue("mailbox.handle", idem_key=str(row.pk), payload={"mail": str(row.pk)}, now=clock.now())
    run_until_empty()
    row.refresh_from_db()
    return row


def given() -> set[str]:
    return set(Preference.objects.filter(status="given").values_list("purpose", flat=True))


@pytest.mark.promise(21)
def test_plain_words_end_all_promotional_mail(alice: User, demo_policy: Any) -> None:
    for code in ("newsletter", "product_news", "click_tracking"):
        choose(alice, code, allow=True)
    row = come(Subject="Unsubscribe", text="")
    assert (row.state, row.reason, row.text, row.sender) == ("done", "by_words", "", "")
    assert given() == {"click_tracking"}
    event = ConsentEvent.objects.get(purpose="newsletter", status="withdrawn")
    assert (event.door, event.source_kind, event.source_id) == ("mail", "mail", row.message_key)
    assert event.said_at == row.received_at
    [answer] = CapturedMail.objects.all()
    assert answer.recipient == "alice@example.com" and "no more promotional mail" in answer.text.replace("\n", " ")


@pytest.mark.promise(21)
def test_a_token_ends_its_topic_whoever_wrote(alice: User, bob: User, demo_policy: Any, settings: Settings) -> None:
    settings.KEPT_MAILBOX_ADDRESS, settings.KEPT_MAILBOX_URL = "support@kept.example", "imaps://x@127.0.0.1/"
    for code in ("newsletter", "product_news"):
        choose(alice, code, allow=True)
    header = dict(list_headers(ListMail(alice.subject_id, "newsletter", "Newsletter", "m1")))["List-Unsubscribe"]
    assert header.startswith("<mailto:support@kept.example?subject=unsubscribe%20k1.")
    subject = header.partition("subject=")[2].strip(">").replace("%20", " ")
    row = come(From="bob@example.com", Subject=subject, text="")
    assert (row.state, row.reason) == ("done", "by_token") and given() == {"product_news"}
    event = ConsentEvent.objects.get(status="withdrawn")
    assert (event.subject_id, event.source_id, bool(event.token_id)) == (alice.subject_id, "m1", True)
    assert not OutboxMessage.objects.exists()  # the mail program wrote, nobody waits for an answer
    by_address = f"support+unsubscribe-{make_unsubscribe_token(alice.subject_id, 'product_news')}@kept.example"
    assert come(2, To=by_address, Subject="x").state in {"done", "unclear"}


def test_known_and_unknown_senders_get_one_answer_and_no_more(alice: User, demo_policy: Any) -> None:
    for number in range(5):
        come(number, Subject="unsubscribe", text=f"{'!' * number}")
        come(number + 10, From="nobody@example.com", Subject="unsubscribe", text=f"{'!' * number}")
    texts = [answer.text for answer in CapturedMail.objects.all()]
    assert len(texts) == 2 and texts[0] == texts[1]
    assert not find_subjects("email", "nobody@example.com")  # writing makes nobody known
    assert come(99, From="nobody@example.com", Subject="unsubscribe").state == "done"


@pytest.mark.promise(21)
def test_a_forged_sender_can_only_lower(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=False)
    for number, text in enumerate(("subscribe me", "I allow everything", "abonnieren", "please resubscribe me")):
        assert come(number, Subject="Newsletter", text=text).state == "unclear"
    assert given() == set() and not OutboxMessage.objects.exists()


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"From": "mailer-daemon@example.com"}])
def test_programs_are_neither_obeyed_nor_answered(alice: User, demo_policy: Any, headers: dict[str, str]) -> None:
    choose(alice, "newsletter", allow=True)
    assert come(1, Subject="unsubscribe", **headers).state == "ignored"
    assert given() == {"newsletter"} and not OutboxMessage.objects.exists()


@pytest.mark.parametrize("token", ["k1.AAAA" + "B" * 50, "x" * 60])
def test_a_forged_token_waits_for_a_person(alice: User, demo_policy: Any, token: str) -> None:
    choose(alice, "newsletter", allow=True)
    assert come(Subject=f"unsubscribe {token}").state == "unclear" and given() == {"newsletter"}


CLEAR = [
    ("Unsubscribe", ""),
    ("Re: News", "Please unsubscribe me.\n\nOn Mon, 1 Jan, News wrote:\n> Do not miss it?"),
    ("remove", "remove me from this list"),
    ("stop", ""),
    ("AW: Newsletter", "Bitte melden Sie mich vom Newsletter ab.\n-- \nMax"),
    ("Abmelden", ""),
    ("", "Ich möchte keine Werbung mehr"),
    ("", "Merci de me désabonner de cette liste"),
    ("Désinscription", ""),
    ("Baja", ""),
    ("", "Quiero darme de baja, gracias"),
    ("", "Por favor, cancelar minha inscrição"),
    ("descadastrar", ""),
    ("", "कृपया मुझे अनसब्सक्राइब करें"),
    ("", "मेरी सदस्यता समाप्त करें"),
]
UNCLEAR = [
    ("Hello", "How are you"),
    ("", ""),
    ("How do I unsubscribe?", ""),
    ("Unsubscribe", "Why can I not unsubscribe from the forum, but only from the shop?"),
    ("", "Please do not unsubscribe me"),
    ("", "Bitte nicht abmelden"),
    ("Bill", "I want to unsubscribe but only from offers " + "and so on " * 30),
    ("Re: News", "Thanks\n\n> click here to unsubscribe"),
    ("subscribe", "subscribe"),
    ("", "¿Cómo darme de baja?"),
]


@pytest.mark.parametrize(("subject_line", "text"), CLEAR)
def test_clear_words_in_six_languages(subject_line: str, text: str) -> None:
    assert wants_no_more(subject_line, text)


@pytest.mark.parametrize(("subject_line", "text"), UNCLEAR)
def test_what_is_not_clear_is_left_to_a_person(subject_line: str, text: str) -> None:
    assert not wants_no_more(subject_line, text)


def test_hostile_texts_take_no_time() -> None:
    start = clock.now()
    for text in ("unsubscribe " * 5_000, "> " * 10_000, "a" * 20_000, "melden sie mich " * 2_000, "ne pas " * 5_000):
        wants_no_more(text[:1_000], text)
        token_in(text[:1_000], text)
    assert clock.now() - start < dt.timedelta(seconds=3)


@pytest.mark.promise(21)
def test_from_the_mailbox_to_the_ledger(
    imap_server: ImapServer, settings: Settings, alice: User, demo_policy: Any
) -> None:
    settings.KEPT_MAILBOX_URL = imap_server.url
    choose(alice, "newsletter", allow=True)
    came = clock.now().replace(microsecond=0) - dt.timedelta(hours=5)
    imap_server.put(mail(1, Subject="Abmelden", text="Danke"), at=came)
    read()
    run_until_empty()
    event = ConsentEvent.objects.get(purpose="newsletter", status="withdrawn")
    assert (event.status, event.door, event.said_at) == ("withdrawn", "mail", came)
    assert Subject.objects.count() == 1 and CapturedMail.objects.count() == 1
    read()
    run_until_empty()
    assert ConsentEvent.objects.count() == 1 + Preference.objects.count() and CapturedMail.objects.count() == 1

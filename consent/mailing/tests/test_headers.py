"""What leaves the house, read from the wire of a real mail server, and what is honest without https."""

import dkim
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from consent.mailing.eml.checking import check_mail
from consent.mailing.eml.findings import Level
from consent.mailing.eml.signatures import record_of
from consent.mailing.headers import ListMail, list_headers, list_id
from consent.mailing.tests.conftest import MailServer
from consent.mailing.tests.test_check_eml import PRIVATE, PUBLIC
from consent.mailing.tests.test_send_gate import send
from consent.models import Preference
from consent.tests.conftest import choose
from privacy.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db
COVERED = [b"from", b"to", b"subject", b"list-unsubscribe", b"list-unsubscribe-post", b"list-id"]


@pytest.mark.promise(20)
def test_what_leaves_is_what_the_standards_ask(
    settings: Settings, alice: User, demo_policy: PolicyVersion, mail_server: MailServer, https: str
) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.KEPT_PROMOTIONAL_FROM = "privacy@kept.example", "news@kept.example"
    settings.KEPT_MAILBOX_ADDRESS, settings.KEPT_MAILBOX_URL = "support@kept.example", "imaps://x@127.0.0.1/INBOX"
    choose(alice, "newsletter", allow=True)
    assert send("tests.promotion", alice, "a")[0] == "sent"
    raw, mail = mail_server.raw[0], mail_server.mails[0]
    line = next(one for one in raw.split(b"\r\n") if one.startswith(b"List-Unsubscribe:"))
    assert line.count(b"https://") == 1 and line.count(b"mailto:") == 1 and b"alice" not in line
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "News <newsletter.kept.example>" and mail["List-Help"] and mail["List-Owner"]
    assert mail["From"] == "news@kept.example" and mail_server.senders == ["news@kept.example"]
    signed = dkim.sign(raw, b"s1", b"kept.example", PRIVATE, include_headers=COVERED) + raw  # as a mail server does
    record = record_of(PUBLIC.decode())
    findings = check_mail(signed, find_key=lambda name: record)
    assert [one for one in findings if one.level is Level.FAULT] == []
    assert {"U-1.uri", "U-1.post", "U-2.signature", "M-4.body", "M-6.list_id"} <= {one.code for one in findings}
    path = str(mail["List-Unsubscribe"]).split(">")[0].removeprefix(f"<{https}")
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preference.objects.get().status == "withdrawn"


def test_without_https_no_header_pretends(settings: Settings, alice: User, demo_policy: PolicyVersion) -> None:
    settings.KEPT_BASE_URL = "http://kept.example"
    mail = ListMail(alice.subject_id, "newsletter", "Newsletter", "m")
    names = [name for name, _ in list_headers(mail)]
    assert "List-Unsubscribe" not in names and "List-Unsubscribe-Post" not in names and "List-Id" in names
    settings.KEPT_MAILBOX_ADDRESS, settings.KEPT_MAILBOX_URL = "support@kept.example", "imaps://x@127.0.0.1/INBOX"
    headers = dict(list_headers(mail))
    assert headers["List-Unsubscribe"].startswith("<mailto:support@") and "List-Unsubscribe-Post" not in headers
    choose(alice, "newsletter", allow=True)
    assert send("tests.promotion", alice, "a")[0] == "sent"  # the link in the text stays


@pytest.mark.parametrize(
    ("code", "label", "expected"),
    [
        ("product_news", "Product news", "Product news <product-news.kept.example>"),
        ("x", 'Né"ws\r\nBcc: a@b.example', "Nws Bcc abexample <x.kept.example>"),
        ("x", "न्यूज़लेटर", "<x.kept.example>"),
    ],
)
def test_a_list_id_holds_no_hostile_label(https: str, code: str, label: str, expected: str) -> None:
    assert list_id(code, label) == expected

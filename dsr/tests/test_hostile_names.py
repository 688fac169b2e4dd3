"""A name made to do harm, by every channel: it stays text in the letter, its PDF, mail, pages and package."""

import base64
import io
import json
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from dsr.correspondence.tests.posting import come
from dsr.models import Letter, SubjectRequest
from dsr.services.links import make_link
from dsr.services.planning import record_identity_check
from dsr.states import Right, State
from dsr.tests.doors import file, open_filings
from dsr.tests.test_answering import answer, build, send, taken
from privacy.jobs.models import OutboxMessage
from privacy.jobs.tests.test_outbox import Server, raw_of
from privacy.jobs.tests.test_outbox import server as server  # noqa: PLC0414 - the fixture
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
EMAIL = "alice@example.com"
NAMES = {
    "line breaks": "Eve\r\nBcc: mallory@example.com\r\n\r\nPay here",
    "reading order": "Eve \u202egpj.exe\u2066",
    "nul": "Eve\x00Adam",
    "formula": '=HYPERLINK("http://evil.example";"Eve")',
    "another formula": "\t@SUM(1)*cmd|' /C calc'!A0",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>Eve",
    "template": "{{ settings.SECRET_KEY }}{% debug %}{name} %(name)s %s Eve",
}
TURNS = {chr(number) for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


def by_the_form(name: str, alice: User, omar: User, server: Server) -> int:
    return int(file(Client(), EMAIL, "access", name=name).status_code)


def by_the_account(name: str, alice: User, omar: User, server: Server) -> int:
    client = signed_in(alice)
    said = client.post("/accounts/name/", {"name": name}).status_code
    client.post("/requests/new/", {"rights": ["access"]})
    return int(said)


def by_the_desk(name: str, alice: User, omar: User, server: Server) -> int:
    today = clock.local_date(clock.now(), "Asia/Kolkata").isoformat()
    values = {"rights": ["access"], "channel": "post", "received_on": today, "email": EMAIL, "name": name}
    values |= {"postal": f"{name}\n1 Road", "identity_level": "V1", "message": name}
    return int(signed_in(omar).post("/desk/", values).status_code)


def by_mail(name: str, alice: User, omar: User, server: Server) -> int:
    word = base64.b64encode(name.encode()).decode()
    head = f"From: =?utf-8?b?{word}?= <{EMAIL}>\nTo: legal@kept.example\nSubject: =?utf-8?b?{word}?=\n"
    head += f"Message-ID: <{uuid.uuid4()}@example.com>\n\n"
    return 302 if come((head + "Please send me a copy of my data.").encode()).state == "done" else 400


def over_the_api(name: str, alice: User, omar: User, server: Server) -> int:
    key = make_api_key(label="shop", scopes="requests", actor=OPERATOR, now=clock.now())
    body = json.dumps({"rights": ["access"], "email": EMAIL, "name": name})
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid.uuid4().hex}
    given = Client().post("/api/v1/subject-requests", body, content_type="application/json", headers=headers)
    open_filings()
    return int(given.status_code)


CHANNELS = (by_the_form, by_the_account, by_the_desk, by_mail, over_the_api)


def is_clean(text: str) -> bool:
    """One line without signs that nobody sees."""
    return not any(char in TURNS or unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in text)


def confirmed(case: SubjectRequest, server: Server, lena: User) -> SubjectRequest:
    """By the mailed link, where the channel wants one."""
    run_until_empty()
    if case.state == State.UNCONFIRMED:
        texts = [str(message_from_bytes(raw_of(mail), policy=policy.default).get_content()) for mail in server.mails]
        path = next(path for text in texts for path in re.findall(r"https?://[^/\s]+(/requests/confirm/\S*)", text))
        assert Client().post(path).status_code == 302
    case.refresh_from_db()
    if case.identity_level == "V0":
        record_identity_check(subject_request=case, method="call_back", actor=Actor.staff(lena.pk), now=clock.now())
        case.refresh_from_db()
    return case


def answered(case: SubjectRequest, lena: User) -> bytes:
    """Legal answers it; the package as the person gets it."""
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    run_until_empty()
    token = make_link(subject_request=case, kind="status", now=clock.now())
    return taken(Client().post(f"/requests/status/{token}/package/"))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_name_is_text_and_nothing_else(
    channel: Callable[..., int], name: str, alice: User, omar: User, lena: User, server: Server
) -> None:
    status = channel(name, alice, omar, server)
    case = SubjectRequest.objects.first()
    if case is None:  # refused at its field, with nothing kept and nothing sent
        assert status == 400 and not OutboxMessage.objects.exists()
        return
    assert status < 400 or (status == 400 and channel is by_the_account)
    case = confirmed(case, server, lena)
    assert is_clean(case.contact.name)
    package = answered(case, lena)
    _letters_are_whole(case, lena)
    _mails_are_ours(server)
    _pages_show_text(case, lena)
    _package_is_safe(package, case.contact.name)


def _letters_are_whole(case: SubjectRequest, lena: User) -> None:
    for letter in Letter.objects.filter(subject_request=case):
        assert all(is_clean(line) for line in letter.text.splitlines())
        assert not re.search(r"^(Bcc|Pay here)", letter.text, re.MULTILINE)
        assert "{{" not in letter.text and settings.SECRET_KEY not in letter.text
        path = f"/console/dsr/subjectrequest/{case.pk}/letters/{letter.pk}/"
        with pypdfium2.PdfDocument(signed_in(lena).post(path).content) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        assert case.reference in text and not TURNS & set(text) and "\0" not in text


def _mails_are_ours(server: Server) -> None:
    assert server.mails
    for mail in server.mails:
        parsed = message_from_bytes(raw_of(mail), policy=policy.default)
        assert mail.rcpt_tos == [EMAIL] or mail.rcpt_tos[0].endswith("@kept.example")
        assert parsed["Bcc"] is None and parsed["Auto-Submitted"] == "auto-generated"
        assert [len(parsed.get_all(name, [])) for name in ("To", "Subject", "From")] == [1, 1, 1]
        assert is_clean(str(parsed["Subject"])) and is_clean(str(parsed["To"]))


def _pages_show_text(case: SubjectRequest, lena: User) -> None:
    token = make_link(subject_request=case, kind="status", now=clock.now())
    staff = signed_in(lena)
    pages = [
        Client().get(f"/requests/status/{token}/"),
        staff.get(f"/console/dsr/subjectrequest/{case.pk}/change/"),
        staff.get("/console/dsr/subjectrequest/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200 and "<script>alert" not in text and "<img src=x" not in text


def _package_is_safe(package: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        contact = next(each for each in archive.namelist() if each.endswith("Contact.json"))
        assert {row["name"] for row in json.loads(archive.read(contact))} == {name}  # JSON as it is, CSV made harmless
        if name.startswith(("=", "@")):
            assert f"'{name[:8]}" in archive.read(contact.replace(".json", ".csv")).decode()
        for each in archive.namelist():
            assert is_clean(each) and ".." not in each and not each.startswith("/")
            text = archive.read(each).decode("utf-8", "replace")
            if each.endswith(".html"):
                assert "<script>alert" not in text and "<img src=x" not in text
            if each.endswith(".csv"):
                assert not re.search(r'(?:^|,|")[=@\t\0]', text, re.MULTILINE)

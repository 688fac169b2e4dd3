"""`manage.py check_eml`: real mails, really signed, and each fault that a provider would refuse."""

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.core.management import CommandError, call_command

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
URL = "https://privacy.example.com/unsubscribe/k1.AAAA"
GOOD = {
    "Return-Path": "<bounce@mail.example.com>",
    "From": "News <news@example.com>",
    "To": "alice@example.org",
    "Subject": "News",
    "List-Unsubscribe": f"<{URL}>, <mailto:support@example.com?subject=unsubscribe>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": "Newsletter <newsletter.example.com>",
    "Content-Type": "text/plain; charset=utf-8",
}
COVERED = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
Check = Callable[..., dict[str, str]]


def mail(
    *, body: str = f"Hello.\r\nUnsubscribe: {URL}\r\n", covered: tuple[str, ...] = COVERED, **changes: Any
) -> bytes:
    """A mail with these headers changed (None: left out), signed afterwards."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {name: named.get(name, value) for name, value in GOOD.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    raw = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    if not covered:
        return raw
    include = [name.lower().encode() for name in covered]
    return bytes(dkim.sign(raw, b"s1", b"example.com", PRIVATE, include_headers=include)) + raw


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run the command; the level of each finding by its code."""

    def run(raw: bytes, *options: str, key: bytes | None = PUBLIC) -> dict[str, str]:
        (tmp_path / "mail.eml").write_bytes(raw)
        (tmp_path / "key.pem").write_bytes(key or b"")
        given = ["--public-key", str(tmp_path / "key.pem")] if key else ["--no-dns"]
        out = io.StringIO()
        with contextlib.suppress(CommandError):
            call_command("check_eml", str(tmp_path / "mail.eml"), "--json", *given, *options, stdout=out)
        answer = json.loads(out.getvalue())
        levels = {one["code"]: one["level"] for one in answer["findings"]}
        assert answer["ok"] == ("fault" not in levels.values())
        return levels

    return run


def test_a_good_mail_has_no_fault(check: Check) -> None:
    levels = check(mail())
    assert set(levels.values()) == {"ok"}
    assert {"U-1.uri", "U-1.post", "U-2.signature", "M-2.dkim", "M-2.spf", "M-4.body", "M-6.list_id"} <= set(levels)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"List_Unsubscribe": None}, "U-1.missing"),
        ({"List_Unsubscribe": "<http://privacy.example.com/unsubscribe/k1.AAAA>"}, "U-1.http"),
        ({"List_Unsubscribe": f"<{URL}>, <https://example.com/other>"}, "U-1.https"),
        ({"List_Unsubscribe": "<mailto:support@example.com>"}, "U-1.https"),
        ({"List_Unsubscribe": f"<{URL}>, <ftp://example.com/>"}, "U-1.other"),
        ({"List_Unsubscribe": f"<{URL}>,\r\n <mailto:support@example.com>"}, "U-2.folded"),
        ({"List_Unsubscribe": "=?utf-8?q?=3Chttps=3A//a.example/=3E?="}, "U-1.encoded"),
        ({"List_Unsubscribe": "<https://example.com/u?e=alice%40example.org>"}, "U-3.address"),
        ({"List_Unsubscribe": "<https://example.com/u/YWxpY2VAZXhhbXBsZS5vcmc>"}, "U-3.address"),
        ({"List_Unsubscribe_Post": None}, "U-1.post_missing"),
        ({"List_Unsubscribe_Post": "List-Unsubscribe=one-click"}, "U-1.post_value"),
        ({"List_Id": "newsletter"}, "M-6.syntax"),
        ({"From": "a@example.com, b@example.com"}, "M-2.from"),
        ({"body": "Hello.\r\n"}, "M-4.body"),
        ({"body": "Read more: https://example.com/article\r\n"}, "M-4.body"),
        ({"body": "x" * 1200}, "lines"),
        ({"covered": ("From", "To", "Subject", "List-Unsubscribe")}, "U-2.coverage"),
        ({"covered": ()}, "U-2.unsigned"),
    ],
)
def test_each_fault_is_named(check: Check, changes: dict[str, Any], code: str) -> None:
    assert check(mail(**changes))[code] == "fault"


def test_a_header_that_stands_twice_is_a_fault(check: Check) -> None:
    doubled = mail().replace(b"List-Id:", f"List-Unsubscribe: <{URL}>\r\nList-Id:".encode())
    assert check(doubled)["U-1.repeated"] == "fault"


def test_what_was_changed_after_signing_is_found(check: Check) -> None:
    assert check(mail().replace(b"k1.AAAA>", b"k1.BBBB>"))["U-2.invalid"] == "fault"
    assert check(mail().replace(b"Hello", b"Hallo"))["U-2.invalid"] == "fault"


def test_without_a_key_it_says_that_nothing_was_verified(check: Check) -> None:
    levels = check(mail(), key=None)
    assert levels["U-2.not_verified"] == "warning" and levels["U-2.coverage"] == "ok"


def test_a_signature_of_another_domain_does_not_align(check: Check) -> None:
    assert check(mail(From="news@other.example"))["M-2.dkim"] == "fault"


def test_missing_hints_are_warnings(check: Check) -> None:
    levels = check(mail(Return_Path=None, List_Id=None))
    assert (levels["M-2.spf"], levels["M-6.missing"]) == ("warning", "warning")
    assert check(mail(Return_Path="<x@bounces.example.net>"))["M-2.spf"] == "warning"


def test_a_link_in_html_counts(check: Check) -> None:
    html = f'<p>News</p><p><a href="{URL}">Abmelden</a></p>'
    assert check(mail(body=html, Content_Type="text/html; charset=utf-8"))["M-4.body"] == "ok"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"DKIM-Signature: v=1; h=;;=\r\n\r\nx", b"A" * 5000])
def test_nonsense_is_reported_and_does_not_crash(check: Check, raw: bytes) -> None:
    assert check(raw)["U-1.missing"] == "fault"


def test_standard_input_and_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key.pem").write_bytes(PUBLIC)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mail())))
    call_command("check_eml", "-", "--public-key", str(tmp_path / "key.pem"))
    assert "valid signature of example.com" in capsys.readouterr().out
    with pytest.raises(CommandError) as missing:
        call_command("check_eml", str(tmp_path / "nothing.eml"))
    assert missing.value.returncode == 2
    with pytest.raises(CommandError) as broken:
        call_command("check_eml", str(tmp_path / "key.pem"), "--public-key", str(tmp_path / "nothing.pem"))
    assert broken.value.returncode == 2

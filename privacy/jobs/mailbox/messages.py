"""A message as its words: who wrote, what a person typed, and whether a program sent it. Nothing hostile gets far."""

import email.policy
import hashlib
import html
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import getaddresses

LONGEST_TEXT = 20_000
LONGEST_LINE = 1_000
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]+>", re.IGNORECASE | re.DOTALL)
ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|root|daemon)([+-].*)?@")
NEVER = {"", "no"}
BULK = {"bulk", "junk", "list", "auto_reply"}
PROGRAM_HEADERS = (
    "List-Id",
    "List-Unsubscribe",
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Response-Suppress",
    "X-Failed-Recipients",
    "X-Loop",
    "Feedback-ID",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says. `key` is the same for the same message, wherever it is found again."""

    key: str
    sender: str
    recipients: str
    subject_line: str
    text: str
    is_automatic: bool


def read_letter(raw: bytes, *, own_addresses: frozenset[str]) -> Letter:
    """Read any bytes. What cannot be read is empty, and then waits for a person."""
    message = message_from_bytes(raw, policy=email.policy.compat32.clone(max_line_length=None))
    header = _reader(raw)
    senders = _addresses([header("From")])
    sender = senders[0] if len(senders) == 1 else ""
    subject_line = header("Subject")[:LONGEST_LINE]
    text = _text(raw)[:LONGEST_TEXT]
    parts = (header("Message-ID"), header("From"), header("Date"), subject_line, text)
    key = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    recipients = " ".join(_addresses([header("To"), header("Cc"), header("Delivered-To"), header("X-Original-To")]))
    is_automatic = (
        not sender
        or sender in own_addresses
        or bool(ROBOTS.match(sender))
        or header("Auto-Submitted").split(";")[0].strip().lower() not in NEVER
        or header("Precedence").strip().lower() in BULK
        or any(header(name) for name in PROGRAM_HEADERS)
        or header("Return-Path").strip() == "<>"
        or message.get_content_type() in {"multipart/report", "message/delivery-status"}
    )
    return Letter(key, sender, recipients[:LONGEST_LINE], subject_line, text, is_automatic)


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=email.policy.default)


def _reader(raw: bytes):  # type: ignore[no-untyped-def]  # the parser ships no types
    parsed = _parsed(raw)

    def header(name: str) -> str:
        try:
            return " ".join(str(parsed.get(name, "")).split())
        except (ValueError, IndexError, AttributeError, TypeError, LookupError):  # what the parser makes of nonsense
            return ""

    return header


def _addresses(values: list[str]) -> list[str]:
    found = [address.strip().lower() for _, address in getaddresses(values) if "@" in address]
    return list(dict.fromkeys(found))


def _text(raw: bytes) -> str:
    """The plain text, else what is left of the HTML."""
    try:
        body = _parsed(raw).get_body(preferencelist=("plain", "html"))
        if body is None:
            return ""
        content = str(body.get_content())
    except (LookupError, ValueError, AttributeError, TypeError, KeyError, AssertionError):
        return ""
    if body.get_content_subtype() == "html":
        broken = re.sub(r"(?i)<br\s*/?>|</(p|div|li|tr|h\d)>", "\n", content[: 10 * LONGEST_TEXT])
        content = html.unescape(TAGS.sub(" ", broken))
    return content.replace("\r\n", "\n").replace("\0", "")

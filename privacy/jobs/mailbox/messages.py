"""A message as its words: who wrote, what a person typed, and whether a program sent it. Nothing hostile gets far."""

import email.policy
import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import getaddresses

from privacy.kernel.texts import greetable

LONGEST_TEXT = 20_000
LONGEST_LINE = 1_000
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]+>", re.IGNORECASE | re.DOTALL)
ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|root|daemon)([+-].*)?@")
NEVER = {"", "no"}
BULK = {"bulk", "junk", "list", "auto_reply"}
MOST_HEADERS = 128_000
LONGEST_FIELD = 8_000
MOST_PARTS = 60
LOOKED_AT = 1_000_000  # bytes of a bounce in which the mail that it brings back is looked for
# What the parser of the standard library makes of nonsense, and of parts within parts.
BROKEN = (ValueError, IndexError, AttributeError, TypeError, LookupError, AssertionError, RecursionError)
OUR_ID = re.compile(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@kept\.invalid>")
FAILED = re.compile(rb"^Status:[ \t]*(5\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
IN_BRACKETS = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,190})>")
FIELD_END = re.compile(rb"\r?\n(?![ \t])")
PART_FIELD = re.compile(rb"^content-[a-z-]{1,30}:(?:[^\n]*\n[ \t])*[^\n]*", re.MULTILINE | re.IGNORECASE)
BOUNDARY = re.compile(rb"^content-type:[ \t]*multipart/[^\n]{0,200}", re.MULTILINE | re.IGNORECASE)
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
    answers: str = ""  # the id of the mail of ours that it answers or brings back
    is_bounce: bool = False
    bounce_code: str = ""
    has_files: bool = False
    sender_name: str = ""  # what the sender calls themselves, as a letter may greet by it


def read_letter(raw: bytes, *, own_addresses: frozenset[str]) -> Letter:
    """Read any bytes. What cannot be read is empty, and then waits for a person."""
    raw = _tamed(raw)
    message = _envelope(raw)
    header = _reader(raw)
    sender, sender_name = _sender(header("From"), str(message.get("From", ""))[:LONGEST_LINE])
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
    is_bounce = message.get_content_type() == "multipart/report" or bool(header("X-Failed-Recipients"))
    code = FAILED.search(raw) if is_bounce else None
    ours = OUR_ID.search(raw[:LOOKED_AT] if is_bounce else _threading(header))
    return Letter(
        key,
        sender,
        recipients[:LONGEST_LINE],
        subject_line,
        text,
        is_automatic,
        answers=ours.group(1).decode() if ours else "",
        is_bounce=code is not None,
        bounce_code=code.group(1).decode() if code else "",
        has_files=bool(files_of(raw)),
        sender_name=sender_name,
    )


def files_of(raw: bytes) -> list[tuple[str, bytes]]:
    """The names and bytes of what is attached, at most MOST_PARTS; nothing where the message cannot be taken apart."""
    files: list[tuple[str, bytes]] = []
    try:
        for part in _parsed(_tamed(raw)).walk():
            if part.is_multipart() or not _is_file(part):
                continue
            data = part.get_payload(decode=True)
            files.append((str(part.get_filename("")), data if isinstance(data, bytes) else b""))
            if len(files) == MOST_PARTS:
                break
    except BROKEN:
        pass
    return files


def _is_file(part: EmailMessage) -> bool:
    """Whether this part is more than the words: a named one, an attachment, or no text at all."""
    return part.is_attachment() or bool(part.get_filename("")) or part.get_content_maintype() != "text"


def _threading(header: Callable[[str], str]) -> bytes:
    return f"{header('In-Reply-To')} {header('References')[-LONGEST_LINE:]}".encode("utf-8", "replace")


def _tamed(raw: bytes) -> bytes:
    """Without what only an attack has, and what the parser would work on for minutes: header fields beyond all
    measure, and parts within parts without end."""
    gap = b"\r\n\r\n" if b"\r\n\r\n" in raw[:MOST_HEADERS] else b"\n\n"
    head, found, body = raw.partition(gap)
    fields = [field[:LONGEST_FIELD] for field in FIELD_END.split(head[:MOST_HEADERS])]
    is_hostile = (
        len(head) > MOST_HEADERS
        or len(BOUNDARY.findall(body)) > MOST_PARTS
        or any(len(each.group()) > LONGEST_FIELD for each in PART_FIELD.finditer(body))
    )
    return b"\n".join(fields) + b"\n\n" if is_hostile else b"\n".join(fields) + found + body


def _envelope(raw: bytes) -> Message:
    """The message by the forgiving parser; an empty one where even that gives up."""
    try:
        return message_from_bytes(raw, policy=email.policy.compat32.clone(max_line_length=None))
    except BROKEN:
        return Message()


def words_of(raw: bytes) -> str:
    """What a person typed into a message; empty where there is nothing to read."""
    return _text(raw)


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=email.policy.default)


def _reader(raw: bytes):  # type: ignore[no-untyped-def]  # the parser ships no types
    try:
        parsed = _parsed(raw)
    except BROKEN:
        parsed = EmailMessage()

    def header(name: str) -> str:
        try:
            return " ".join(str(parsed.get(name, "")).split())
        except BROKEN:
            return ""

    return header


def _sender(line: str, raw: str) -> tuple[str, str]:
    """The address and the name of the one who wrote; empty where there is none, or several. A line that the parser
    gives up, as one with a comma or a line break in a name, is still somebody's where one address stands in it."""
    found = {address.strip().lower(): name for name, address in getaddresses([line]) if "@" in address}
    if len(found) == 1:
        ((address, name),) = found.items()
        return address, greetable(name)
    alone = {each.lower() for each in IN_BRACKETS.findall(raw)}
    return (alone.pop(), "") if not found and len(alone) == 1 else ("", "")


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
    except BROKEN:
        return ""
    if body.get_content_subtype() == "html":
        broken = re.sub(r"(?i)<br\s*/?>|</(p|div|li|tr|h\d)>", "\n", content[: 10 * LONGEST_TEXT])
        content = html.unescape(TAGS.sub(" ", broken))
    return content.replace("\r\n", "\n").replace("\0", "")

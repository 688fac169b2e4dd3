"""What a file is to a review: pages to be painted over, or a text. Of a mail its words, and its attachments apart."""

import email.policy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message

from privacy.jobs.mailbox.messages import words_of
from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import check_upload, read_words
from privacy.kernel.rendering.checking import MOST_BYTES
from privacy.kernel.rendering.kinds import STARTS
from privacy.kernel.rendering.reading import look_into

MOST_TEXT = 2_000_000  # characters
TEXT = "text"
MAIL_HEADS = ("From", "To", "Cc", "Date", "Subject")
MOST_ATTACHMENTS, DEEPEST = 50, 5
PICTURES = (*(start for start, _ in STARTS), b"RIFF")
ODD_SIGNS = 0.02  # of a text that is one, hardly any sign is a control sign


@dataclass(frozen=True, slots=True)
class Taken:
    """One document. `body` is what is kept: of a text its UTF-8; `words` the words of its pages as JSON lines."""

    name: str
    kind: str
    body: bytes
    words: bytes = b""
    pages: int = 1
    stands_for: bytes = b""  # the file that cannot be shown, for which this text is a note

    @property
    def original(self) -> bytes:
        return self.stands_for or self.body


def take(data: bytes, *, name: str) -> Iterator[Taken]:
    """The documents in a file: one, or a mail and what is attached. InvalidInput(file) for what cannot be shown."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("The file is larger than 20 MB. Add it in parts.", field="file")
    if _is_mail(data, name):
        yield from _take_mail(data, name, depth=0)
    elif (text := _as_text(data)) is not None:
        yield take_text(text, name=name)
    else:
        yield _take_pages(data, name)


def take_or_note(data: bytes, *, name: str) -> list[Taken]:
    """As `take`, but what cannot be shown becomes a note that stands for it, so that somebody decides about it."""
    try:
        return list(take(data, name=name))
    except InvalidInput as refused:
        note = f"The file {name} cannot be shown here. {refused.message}\nLook at it where it is kept, then decide."
        return [Taken(name, TEXT, note.encode(), pages=0, stands_for=data)]


def take_text(text: str, *, name: str) -> Taken:
    """A text as a document. InvalidInput(file) for none or one that is too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not text.strip():
        raise InvalidInput("There is no text in it. Choose another file, or type it.", field="file")
    if len(text) > MOST_TEXT:
        raise InvalidInput("The text has more than two million characters. Add it in parts.", field="file")
    return Taken(name, TEXT, text.encode())


def _take_pages(data: bytes, name: str) -> Taken:
    kind = check_upload(data, name=name)
    words = b"".join(
        json.dumps([[word.text, *word.mark] for word in page], ensure_ascii=False).encode() + b"\n"
        for page in read_words(data)
    )
    return Taken(name, kind.value.lower(), data, words, look_into(data))


def _as_text(data: bytes) -> str | None:
    """The text, where the bytes are one; None for anything else."""
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if data.startswith(PICTURES) or (b"\0" in data[:4096] and not is_wide):
        return None
    for code in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        odd = sum(not sign.isprintable() and sign not in "\n\r\t\f" for sign in text[:MOST_TEXT])
        return text if odd <= ODD_SIGNS * len(text) else None
    return None


def _is_mail(data: bytes, name: str) -> bool:
    if b"\n" not in data[:2000] or b"\0" in data[:2000]:
        return False
    message = _parsed(data[:20_000])
    heads = sum(bool(message.get(head)) for head in MAIL_HEADS)
    return heads >= (1 if name.lower().endswith(".eml") else 3)


def _take_mail(data: bytes, name: str, *, depth: int) -> Iterator[Taken]:
    message = _parsed(data)
    heads = [f"{head}: {_head(message, head)}" for head in MAIL_HEADS if _head(message, head)]
    missed, others = [], []
    for number, (title, content) in enumerate(_attachments(message)):
        try:
            if number >= MOST_ATTACHMENTS or depth >= DEEPEST:
                raise InvalidInput("too many", field="file")
            others += list(
                _take_mail(content, title, depth=depth + 1) if _is_mail(content, title) else take(content, name=title)
            )
        except InvalidInput as refused:
            missed.append(f"[Attachment left out: {title}. {refused.message}]")
    text = "\n".join([*heads, "", words_of(data), *missed])
    yield take_text(text, name=name or "mail")
    yield from others


def _parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=email.policy.default)


def _head(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):  # what the parser makes of nonsense
        return ""


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of what is attached, mails in mails included."""
    try:
        parts = [part for part in message.iter_attachments() if isinstance(part, EmailMessage)]
    except (AttributeError, KeyError, TypeError):
        return
    for number, part in enumerate(parts, 1):
        title = part.get_filename() or f"attachment {number}"
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            content = first.as_bytes() if isinstance(first, Message) else b""
        else:
            decoded = part.get_payload(decode=True)
            content = decoded if isinstance(decoded, bytes) else b""
        yield title, content

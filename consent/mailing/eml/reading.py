"""A raw mail as it travelled: header lines with their folds, and the text a person sees."""

import email
import email.policy
import html
import re
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property

LINE_END = re.compile(rb"\r\n|\n|\r")
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Header:
    """One header: its value unfolded, and whether it came folded."""

    name: str
    value: str
    is_folded: bool


@dataclass(frozen=True)
class RawMail:
    """The bytes and what can be read from them. Nothing here follows a link or asks a server."""

    raw: bytes

    @cached_property
    def headers(self) -> list[Header]:
        """Every header in order, up to the first empty line."""
        found: list[list[str]] = []
        for line in LINE_END.split(self.raw):
            text = line.decode("utf-8", "replace")
            if not text:
                break
            if text[0] in " \t" and found:
                found[-1].append(text)
            elif ":" in text:
                found.append([text])
        return [_header(lines) for lines in found]

    def all(self, name: str) -> list[Header]:
        return [header for header in self.headers if header.name.lower() == name.lower()]

    def first(self, name: str) -> str:
        """The value of the first header of this name; empty where there is none."""
        found = self.all(name)
        return found[0].value if found else ""

    @cached_property
    def longest_line(self) -> int:
        return max((len(line) for line in LINE_END.split(self.raw)), default=0)

    @cached_property
    def body(self) -> str:
        """What a person can read: text parts as they are, HTML parts with their link targets."""
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
        return "\n".join(_text(part) for part in parts)


def _header(lines: list[str]) -> Header:
    name, _, rest = lines[0].partition(":")
    return Header(name.strip(), "".join([rest, *lines[1:]]).strip(), len(lines) > 1)


def _text(part: EmailMessage) -> str:
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, AttributeError):  # a charset nobody knows, a broken encoding
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() != "html":
        return text
    linked = re.sub(r"""(?i)<a\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)["']?[^>]*>""", r" \1 ", text)
    return html.unescape(TAG.sub(" ", linked))

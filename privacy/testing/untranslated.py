"""Finds what a page says without asking for a translation: every message comes back in brackets, and what stands
outside of them and is no data of the policy or of a person was forgotten."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("alt", "aria-label", "data-label", "placeholder", "title")
SILENT = {"script", "style", "code", "pre", "time", "svg"}
EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
WORD = re.compile(r"[^\W\d_]{3,}")


class Bracketed:
    """A language whose every message is the English one in brackets; all else is the real language's."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(chr(4))[2]}{CLOSE}"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


class _Reader(HTMLParser):
    """Collects what is said outside of brackets in the language of the page."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language, self.depth = language, 0
        self.open: list[tuple[str, str]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        within = self.open[-1][1] if self.open else self.language
        spoken = named.get("lang") or within
        if spoken == self.language:
            self.found += [outside for name in SPOKEN for outside in [_outside(named.get(name) or "")] if outside]
        if tag not in EMPTY:
            self.open.append((tag, spoken))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        kept = []
        for each in data:
            self.depth += (each == OPEN) - (each == CLOSE)
            kept.append(each if self.depth == 0 and each != CLOSE else " ")
        text = "".join(kept).strip()
        is_heard = not self.open or (self.open[-1][1] == self.language and not {tag for tag, _ in self.open} & SILENT)
        if text and is_heard:
            self.found.append(text)


def _outside(text: str) -> str:
    while True:
        shorter = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)
        if shorter == text:
            return text.strip()
        text = shorter


def forgotten(page: str, *, language: str, data: Iterable[str]) -> Iterator[str]:
    """The words of a page that came without a translation and stand in none of the texts of `data`."""
    reader = _Reader(language)
    reader.feed(page)
    known = set(WORD.findall(" ".join(data).casefold()))
    for text in reader.found:
        if {word.casefold() for word in WORD.findall(text)} - known:
            yield text

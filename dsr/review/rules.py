"""Finding words in a text and hiding them. Pure: it knows no table and no page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

BLOCK = "█" * 8  # always as long: its length says nothing about what it hides
Span = tuple[int, int]
Box = tuple[int, int, int, int]
WordPlace = tuple[int, str, Box]  # page, word, where it stands

ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w+])\+?\d[\d ()/.-]{6,18}\d(?!\w)")
SENDER = re.compile(
    r"^[ \t>]*(?:from|to|cc|von|an|de|para)\s*:\s*\"?([^\"<@\n]{2,60}?)\"?\s*<", re.IGNORECASE | re.MULTILINE
)
STAMP = r"(?:[\[(]?[\d:/.,\- T]{4,24}(?:Z|[AaPp][Mm])?[\])]?\s*[-–]?\s*)?"
SPEAKER = re.compile(rf"^[ \t]*{STAMP}([^\W\d_][^:<>\n\[\]]{{0,39}}?)[ \t]*:[ \t]+\S", re.MULTILINE)
NO_SPEAKER = {"from", "to", "cc", "bcc", "subject", "date", "sent", "re", "fwd", "note", "attachment", "ps", "reply-to"}
DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}")
FEWEST_DIGITS = 8  # of a phone number; less is a date or an amount
LEAST_OFTEN = 2  # who speaks once in a text with colons may be no speaker


def find_term(text: str, term: str) -> Iterator[Span]:
    """Where a term stands as whole words, in any case, also across line breaks."""
    words = term.split()
    if not words:
        return
    pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield found.span()


def find_in_words(words: Sequence[WordPlace], term: str) -> Iterator[tuple[int, Box]]:
    """Page and box of each place where a term stands on the pages of a document; a box for each line that it is on."""
    wanted = [_bare(word) for word in term.split() if _bare(word)]
    if not wanted:
        return
    bare = [_bare(word) for _, word, _ in words]
    for start in range(len(words) - len(wanted) + 1):
        if bare[start : start + len(wanted)] == wanted:
            yield from _by_line(words[start : start + len(wanted)])


def _bare(word: str) -> str:
    """A word without what stands around it, nor the s of its owner."""
    return re.sub(r"(?:'s|’s)?\W*$|^\W+", "", word.casefold())


def _by_line(words: Sequence[WordPlace]) -> Iterator[tuple[int, Box]]:
    page, _, box = words[0]
    for next_page, _, following in words[1:]:
        if next_page == page and following[1] < box[3] and following[3] > box[1] and following[0] >= box[0]:
            box = (
                min(box[0], following[0]),
                min(box[1], following[1]),
                max(box[2], following[2]),
                max(box[3], following[3]),
            )
        else:
            yield page, box
            page, box = next_page, following
    yield page, box


def mask(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with a block in the place of each span, and why. Spans that touch become one."""
    parts, at = [], 0
    for start, end, reason in _merged(spans):
        parts += [text[at:start], f"[{BLOCK} {reason}]"]
        at = end
    return "".join([*parts, text[at:]])


def _merged(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    merged: list[tuple[int, int, str]] = []
    for start, end, reason in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            before = merged[-1]
            merged[-1] = (before[0], max(end, before[1]), before[2])
        else:
            merged.append((start, end, reason))
    return merged


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a transcript, and where what they say stands, their names included."""

    name: str
    messages: tuple[Span, ...]


def speakers(text: str) -> list[Speaker]:
    """Who says something in a transcript of the shape `Name: words`, the most talkative first."""
    found = [match for match in SPEAKER.finditer(text) if match[1].strip().casefold() not in NO_SPEAKER]
    messages: dict[str, list[Span]] = {}
    for place, match in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        messages.setdefault(match[1].strip(), []).append((match.start(1), len(text[:end].rstrip())))
    often = [
        Speaker(name, tuple(spans))
        for name, spans in messages.items()
        if len(spans) >= LEAST_OFTEN or len(messages) > 1
    ]
    return sorted(often, key=lambda each: -len(each.messages))


def addresses(text: str) -> list[str]:
    """Every email address in a text, each once."""
    return list(dict.fromkeys(ADDRESS.findall(text)))


def phones(text: str) -> list[str]:
    """What looks like a phone number, each once."""
    found = (each.strip() for each in PHONE.findall(text))
    return list(dict.fromkeys(each for each in found if _digits(each) >= FEWEST_DIGITS and not DAY.match(each)))


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def senders(text: str) -> list[str]:
    """The names in the heads of mails, quoted ones included."""
    return list(dict.fromkeys(found.strip() for found in SENDER.findall(text)))


def is_own(name: str, own: Iterable[str]) -> bool:
    """Whether a name is the person's own: all its words are among the words of one of theirs."""
    words = set(name.casefold().split())
    return any(words <= set(each.casefold().split()) for each in own if each)

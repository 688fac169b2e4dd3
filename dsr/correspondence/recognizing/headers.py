"""What a pasted mail says of itself: who wrote, when it was sent, its subject; and where its own words begin. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

NAMES = {
    "from": "from|von|de|remetente|exp[ée]diteur",
    "date": "date|sent|datum|gesendet|envoy[ée]|date d['’]envoi|fecha|enviado(?: el| em)?|data",
    "subject": "subject|betreff|objet|asunto|assunto",
    "to": "to|an|[àa]|para|cc|kopie",
}
LINE = re.compile("|".join(rf"(?P<{name}>^\s*(?:{words})\s*:)" for name, words in NAMES.items()), re.IGNORECASE)
ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
DAY = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
LONG_DAY = re.compile(r"\b(\d{1,2})\.?\s*(?:de |of )?([^\W\d_]{3,10})\.?,?\s*(?:de )?(\d{4})\b", re.IGNORECASE)
US_DAY = re.compile(r"\b([^\W\d_]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", re.IGNORECASE)
MONTHS = (
    "jan ene", "feb fév fev", "mar mär mrz", "apr avr abr", "may mai", "jun juin", "jul juil", "aug aoû aou ago",
    "sep set", "oct okt out", "nov", "dec dez déc dic",
)  # fmt: skip
LOOKED_AT = 40  # lines in which headers may stand


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found; empty where nothing was. `places` are the spans in the text that led to it."""

    email: str
    name: str
    subject_line: str
    sent_on: dt.date | None
    body: str
    body_start: int
    places: tuple[tuple[str, int, int], ...]


def read_pasted(text: str) -> Pasted:
    """Read the headers at the top of a pasted mail. A letter without any has its address and day looked for in the
    whole text."""
    found: dict[str, tuple[str, int, int]] = {}
    offset, body_start = 0, 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        match = LINE.match(line)
        if match and match.lastgroup and number < LOOKED_AT:
            start = offset + match.end()
            value = line[match.end() :].strip()
            found.setdefault(match.lastgroup, (value, start, offset + len(line.rstrip())))
            body_start = offset + len(line)
        elif (found and line.strip()) or (not found and line.strip() and number):
            break
        offset += len(line)
    if "from" not in found:
        body_start = 0
    return _pasted(text, found, body_start)


def _pasted(text: str, found: dict[str, tuple[str, int, int]], body_start: int) -> Pasted:
    line, start, _ = found.get("from", (text, 0, len(text)))
    places: list[tuple[str, int, int]] = []
    address = ADDRESS.search(line)
    if address:
        at = text.find(address.group(), start)
        places.append(("email", at, at + len(address.group())))
    name = line[: address.start()].strip(" <>\"'[(\t") if address and "from" in found else ""
    day_text, day_start, _ = found.get("date", ("", 0, 0))
    sent_on, span = day_in(day_text) if day_text else day_in(text)
    if sent_on and span:
        at = text.find(span, day_start)
        places.append(("received_on", at, at + len(span)))
    return Pasted(
        email=address.group().lower().rstrip(".") if address else "",
        name=name[:120],
        subject_line=found.get("subject", ("", 0, 0))[0][:500],
        sent_on=sent_on,
        body=text[body_start:].strip(),
        body_start=body_start,
        places=tuple(places),
    )


def day_in(text: str) -> tuple[dt.date | None, str]:
    """The first day that a text names, and the words that do. Numbers are day, month, year, as outside the US."""
    try:
        return parsedate_to_datetime(text).date(), text
    except (TypeError, ValueError, IndexError, OverflowError):
        pass
    for pattern, order in ((ISO, (1, 2, 3)), (DAY, (3, 2, 1)), (LONG_DAY, (3, 2, 1)), (US_DAY, (3, 1, 2))):
        for match in pattern.finditer(text[:20_000]):
            year, month, day = (match.group(each) for each in order)
            if date := _day(year, month, day):
                return date, match.group()
    return None, ""


def _day(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdecimal() else _month(month)
    try:
        return dt.date(int(year), number, int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    """The number of a month by its name in five languages; 0 for none."""
    small = name.lower()
    for number, starts in enumerate(MONTHS, start=1):
        if any(small.startswith(start) for start in starts.split()):
            return number
    return 0

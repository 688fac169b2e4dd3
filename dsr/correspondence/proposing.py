"""What an agent's form is filled with from a text or a mail, each guess with the words that led to it. Pure but for
the counting of people, which shows nobody."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from accounts.selectors import find_subjects
from dsr.correspondence.recognizing import language_of, read_pasted, rights_in, rights_of
from dsr.models import SubjectRequest
from dsr.rights import label_of
from dsr.rules import LAW_SINCE, mask_reference
from dsr.services.links import cases_of_mailbox, mailbox_of
from dsr.states import OPEN
from privacy.jobs.mailbox.words import own_words, plain_subject
from privacy.kernel.errors import InvalidInput

PLACES = {"email": "Sender", "received_on": "Received on"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; with a label it led to a guess."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Values for the form by field, and the text with its marks."""

    values: dict[str, Any]
    pieces: list[Piece] = field(default_factory=list)

    @property
    def has_marks(self) -> bool:
        return any(piece.label for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Whom it may be, without saying who: how many people we know by the address and by the number, and the open
    requests of the address by masked reference."""

    by_email: int
    by_phone: int
    open_ones: list[str]
    ended: int


def propose_from_text(text: str, *, today: dt.date) -> Proposal:
    """From a pasted mail, with or without its headers, or from a typed letter."""
    pasted = read_pasted(text)
    words = own_words(pasted.body) or pasted.body
    offset = text.find(words, pasted.body_start)
    marks = rights_in(words)
    known = {mark.right for mark in marks}
    asked = [mark.right for mark in marks]
    asked += [mark.right for mark in rights_in(pasted.subject_line) if mark.right not in known]
    spans = [(mark.start + offset, mark.end + offset, label_of(mark.right)) for mark in marks]
    spans += [(start, end, PLACES[name]) for name, start, end in pasted.places]
    values: dict[str, Any] = {"rights": asked, "language": language_of(words), "message": text}
    if pasted.email:
        values |= {"email": pasted.email, "name": pasted.name}
    if pasted.subject_line:
        values["channel"] = "mail"
    if pasted.sent_on and LAW_SINCE <= pasted.sent_on <= today:
        values["received_on"] = pasted.sent_on
    return Proposal(values, pieces_of(text, spans))


def propose_from_mail(*, sender: str, sender_name: str, subject_line: str, text: str, received_on: dt.date) -> Proposal:
    """From a mail that was read, with what its headers say for certain."""
    words = own_words(text) or text
    marks = rights_of(plain_subject(subject_line), words)
    offset = text.find(words)
    spans = [(mark.start + offset, mark.end + offset, label_of(mark.right)) for mark in marks if mark.start >= 0]
    values = {
        "rights": [mark.right for mark in marks],
        "language": language_of(words),
        "message": text,
        "email": sender,
        "name": sender_name,
        "channel": "mail",
        "received_on": received_on,
    }
    return Proposal(values, pieces_of(text, spans))


def pieces_of(text: str, spans: list[tuple[int, int, str]]) -> list[Piece]:
    """The text cut at its marks; where two overlap, the first has it."""
    pieces: list[Piece] = []
    place = 0
    for start, end, label in sorted(spans):
        if start < place or end > len(text):
            continue
        pieces += [Piece(text[place:start]), Piece(text[start:end], label)]
        place = end
    return [piece for piece in [*pieces, Piece(text[place:])] if piece.text]


def candidates(*, email: str, phone: str = "") -> Candidates | None:
    """Counts and masked references for an address and a number; None where there is neither that can be one."""
    by_email, by_phone = _known("email", email), _known("phone", phone)
    if by_email is None and by_phone is None:
        return None
    cases: list[SubjectRequest] = []
    if by_email is not None:
        cases = list(cases_of_mailbox(mailbox_of(email)[1])[:50])
    open_ones = [mask_reference(case.reference) for case in cases if case.state in OPEN]
    return Candidates(by_email or 0, by_phone or 0, open_ones, len(cases) - len(open_ones))


def _known(kind: str, value: str) -> int | None:
    if not value.strip():
        return None
    try:
        return len(find_subjects(kind, value))
    except InvalidInput:
        return None

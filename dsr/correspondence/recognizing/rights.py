"""Which rights a text asks for, by clear words in five languages. Pure.

A wrong yes costs a press of a person or of an agent, since nothing is done before the request is confirmed; a wrong
no is read by an agent. So the words are clear ones, and what is negated is not asked.
"""

import re
from dataclasses import dataclass

from dsr.correspondence.recognizing.phrases import ARTICLES, LAWS, PHRASES
from dsr.states import Right

LONGEST = 20_000
NEGATED = re.compile(
    r"(\b(not|never|n['’]t|nicht|niemals|kein\w*|pas|jamais|nunca|não|nao)\b[^.!?;\n]{0,18}|\b(ne|no)\s+([\w’']+\s+)?)$",
    re.IGNORECASE,
)
PATTERNS = {right: re.compile("|".join(phrases), re.IGNORECASE) for right, phrases in PHRASES.items()}
NEGATED_AFTER = re.compile(r"^[^.!?;,\n]{0,20}\bnicht\b(?!\s+(mehr|nur|länger))", re.IGNORECASE)  # German says it late
ARTICLE = re.compile(
    r"\bart(?:icles?|ikel|[íi]culos?|igos?)?\.?\s*((?:(?:1[5-8]|2[0-2])\b(?:\s*(?:,|and|und|et|y|e|&)\s*)?){1,8})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d\d")
NAMES_A_LAW = re.compile(LAWS, re.IGNORECASE)
# Words that say no by themselves: "no more advertising" is a wish, not its contrary.
SAYS_NO = frozenset({Right.MARKETING_OBJECTION, Right.SALE_OPT_OUT})


@dataclass(frozen=True, slots=True)
class Mark:
    """A guess: the right that these words led to, and where they stand in the text."""

    right: str
    words: str
    start: int
    end: int


def rights_in(text: str) -> list[Mark]:
    """What the text asks for, one mark for each right, in the order of the text."""
    text = text[:LONGEST]
    found = [mark for right, pattern in PATTERNS.items() if (mark := _first(right, pattern, text))]
    known = {mark.right for mark in found}
    if NAMES_A_LAW.search(text):
        for match in ARTICLE.finditer(text):
            named = {ARTICLES[number] for number in NUMBER.findall(match.group(1))}
            found += [_mark(right, match) for right in sorted(named - known)]
            known |= named
    return sorted(_without_overlaps(found), key=lambda mark: mark.start)


def rights_of(subject_line: str, text: str) -> list[Mark]:
    """What a mail asks for: its own words, else its subject. The places are those in the text, or -1."""
    marks = rights_in(text)
    known = {mark.right for mark in marks}
    return marks + [Mark(mark.right, mark.words, -1, -1) for mark in rights_in(subject_line) if mark.right not in known]


def _first(right: str, pattern: re.Pattern[str], text: str) -> Mark | None:
    for match in pattern.finditer(text):
        before, after = text[max(0, match.start() - 30) : match.start()], text[match.end() : match.end() + 40]
        if right in SAYS_NO or not (NEGATED.search(before) or NEGATED_AFTER.search(after)):
            return _mark(right, match)
    return None


def _mark(right: str, match: re.Match[str]) -> Mark:
    return Mark(right, " ".join(match.group().split()), match.start(), match.end())


def _without_overlaps(marks: list[Mark]) -> list[Mark]:
    """An objection to marketing is not one to processing as well, where the same words led to both."""
    spans = {mark.right: (mark.start, mark.end) for mark in marks}
    narrow = spans.get(Right.MARKETING_OBJECTION)
    wide = spans.get(Right.OBJECTION)
    if narrow and wide and wide[0] < narrow[1] and narrow[0] < wide[1]:
        return [mark for mark in marks if mark.right != Right.OBJECTION]
    return marks

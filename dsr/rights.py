"""What a person can ask for, in plain words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from dsr.states import Right
from privacy.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class RightWords:
    """A right as the person reads it: `label` beside the box, `help` below it."""

    code: str
    label: str
    help: str


_ROWS = [
    RightWords(
        Right.ACCESS, "See what you have about me", "A copy of my data, where it came from and who received it."
    ),
    RightWords(Right.ERASURE, "Delete my data", "What a law makes us keep is listed in our answer, with its end."),
    RightWords(Right.RECTIFICATION, "Correct my data", "Say below what is wrong and what is right."),
    RightWords(Right.PORTABILITY, "Give me my data to take along", "A file that another service can read."),
    RightWords(Right.RESTRICTION, "Stop using my data for now", "It is only stored until the matter is settled."),
    RightWords(Right.OBJECTION, "Stop a certain use", "For example advertising, or a use I do not agree with."),
    RightWords(Right.QUESTION, "Ask a question", "Anything about my data or the privacy policy. Write it below."),
]
RIGHTS: dict[str, RightWords] = {row.code: row for row in _ROWS}
NEED_WORDS = frozenset({Right.RECTIFICATION.value, Right.QUESTION.value})


def label_of(code: str) -> str:
    """The right in plain words."""
    return RIGHTS[code].label


def check_rights(rights: Iterable[str], message: str) -> list[str]:
    """The rights asked for, each once and in the order of the form.

    Raises InvalidInput where there is none, one that nobody knows, or one that needs words and has none.
    """
    asked = {str(code) for code in rights}
    if not asked:
        raise InvalidInput("Choose at least one thing that you ask for.", field="rights")
    if asked - RIGHTS.keys():
        raise InvalidInput("Choose from the list what you ask for.", field="rights")
    if asked & NEED_WORDS and not message.strip():
        raise InvalidInput("Write what is to be corrected, or your question.", field="message")
    return [code for code in RIGHTS if code in asked]

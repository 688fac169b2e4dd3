"""What a person can ask for, in plain words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dsr.states import Right
from privacy.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class RightWords:
    """A right as the person reads it: `label` beside the box, `help` below it. What few people ask for
    `is_rare`, and stands folded away."""

    code: str
    label: str
    help: str
    is_rare: bool = False


_ROWS = [
    RightWords(
        Right.ACCESS, "See what you have about me", "A copy of my data, where it came from and who received it."
    ),
    RightWords(Right.ERASURE, "Delete my data", "What a law makes us keep is listed in our answer, with its end."),
    RightWords(Right.RECTIFICATION, "Correct my data", "Say below what is wrong and what is right."),
    RightWords(Right.PORTABILITY, "Give me my data to take along", "A file that another service can read."),
    RightWords(Right.RESTRICTION, "Stop using my data for now", "It is only stored until the matter is settled."),
    RightWords(Right.OBJECTION, "Stop a certain use", "For example advertising, or a use I do not agree with."),
    RightWords(
        Right.MARKETING_OBJECTION, "Stop advertising to me", "No mail, call or message that promotes something."
    ),
    RightWords(
        Right.CONSENT_WITHDRAWAL,
        "Withdraw what I allowed",
        "Everything that rests on your permission ends; what was done before stays lawful.",
        is_rare=True,
    ),
    RightWords(
        Right.SALE_OPT_OUT,
        "Do not sell or share my data",
        "Nobody else receives it for money or advertising.",
        is_rare=True,
    ),
    RightWords(
        Right.LIMIT_SENSITIVE,
        "Limit the use of sensitive data",
        "It is used only for what you asked us for.",
        is_rare=True,
    ),
    RightWords(
        Right.SAFEGUARDS_COPY,
        "A copy of the safeguards for data sent abroad",
        "For example the standard contractual clauses.",
        is_rare=True,
    ),
    RightWords(
        Right.AUTOMATED_DECISION,
        "Have a decision of a machine looked at by a person",
        "Say below which decision you mean.",
        is_rare=True,
    ),
    RightWords(
        Right.CHILD_REPORT,
        "Report that a child gave you data",
        "We look at it first, and delete it.",
        is_rare=True,
    ),
    RightWords(
        Right.COMPLAINT, "Complain", "About how we handled your data or a request. Write it below.", is_rare=True
    ),
    RightWords(Right.QUESTION, "Ask a question", "Anything about my data or the privacy policy. Write it below."),
]
RIGHTS: dict[str, RightWords] = {row.code: row for row in _ROWS}
NEED_WORDS = frozenset(
    {Right.RECTIFICATION.value, Right.AUTOMATED_DECISION.value, Right.COMPLAINT.value, Right.QUESTION.value}
)


def label_of(code: str) -> str:
    """The right in plain words."""
    return RIGHTS[code].label


def check_rights(rights: Iterable[str], message: str) -> list[str]:
    """The rights asked for, each once and in the order of the form.

    Raises InvalidInput where there is none, one that nobody knows, or one that needs words and has none.
    """
    asked = {str(code) for code in rights}
    if not asked:
        raise InvalidInput(_("Choose at least one thing that you ask for."), field="rights")
    if asked - RIGHTS.keys():
        raise InvalidInput(_("Choose from the list what you ask for."), field="rights")
    if asked & NEED_WORDS and not message.strip():
        raise InvalidInput(
            _("Write what it is about: what is to be corrected, your complaint or your question."), field="message"
        )
    return [code for code in RIGHTS if code in asked]

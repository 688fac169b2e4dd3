"""The words of letters, in the language that is active. Words of tables are translated here, where they are read."""

import datetime as dt
import re
import unicodedata

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.outcomes import outcome_words
from dsr.rights import label_of
from privacy.kernel.spoken_days import day_in_words

LANGUAGES = ("en", "de", "fr", "es", "pt")  # a letter in another language would be half translated
LONGEST_NAME = 120
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|%\(\w+\)[sd]|\{[a-z_]+\}")


def letter_language(code: str) -> str:
    """The language of a letter to somebody who reads `code`; English where we write none in it."""
    return code[:2] if code[:2] in LANGUAGES else "en"


def day(value: dt.date) -> str:
    """A day, written out."""
    return day_in_words(value)


def right(code: str) -> str:
    """A right as the person reads it."""
    return _(label_of(code))


def outcome(code: str, of_right: str) -> str:
    """What was decided about a right, without a full stop."""
    if code == "converted":
        return _("Your question is answered by what stands here about the rest")
    return _(outcome_words(of_right, code))


def sentence(text: str) -> str:
    """A sentence or label of one of our tables; one that nobody translated stays as it is."""
    return _(text) if text else ""


def label(text: str) -> str:
    """The name of a system, and what is left in it: each part in the language where somebody translated it."""
    return ": ".join(sentence(part) for part in text.split(": "))


def sentence_for(language: str, text: str) -> str:
    """The same in the language of a letter to this person."""
    with translation.override(letter_language(language)):
        return sentence(text)


def answer_of_system(code: str) -> str:
    """What a system answered that was asked by hand."""
    return {
        "done": _("done"),
        "nothing_held": _("nothing held about you"),
        "retained": _("kept"),
        "not_offered": _("cannot do this"),
        "later": _("goes by itself"),
    }.get(code, code)


def one_line(text: str) -> str:
    """A name fit for a letter: one line, without control signs and without signs that turn the reading order."""
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in {"Cf", "Cs", "Co"})
    return " ".join(kept.split())[:LONGEST_NAME]


def addressed(name: str) -> str:
    """A name as a letter calls the person: nothing in it may look like a place of a template that nobody filled, or
    the lint would hold the letter back for what only the person can change."""
    return one_line(name).translate({ord("{"): "(", ord("}"): ")"}).replace("%(", "% (")


def own_words(text: str) -> str:
    """What somebody wrote, with its lines, without control signs and signs that turn the reading order."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    clean = ["".join(sign for sign in line if sign == "\t" or unicodedata.category(sign)[0] != "C") for line in lines]
    return "\n".join(line.rstrip() for line in clean).strip()


def placeholder_in(text: str) -> str:
    """The first place of a template that nobody filled; empty for none."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""

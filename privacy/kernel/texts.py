"""Texts that people type and that letters and pages carry."""

import unicodedata

# They turn the direction of what follows them, so that a name could rewrite the line that it stands in.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """A text in one line, without control characters: a name must not add lines of its own to our letters.

    Joiners, which some scripts need, stay.
    """
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join("".join(char for char in kept if char not in TURNS).split())

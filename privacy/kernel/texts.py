"""Texts that people type and that letters and pages carry."""

import unicodedata

# They turn the direction of what follows them, so that a name could rewrite the line that it stands in.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

LONGEST_NAME = 80
QUOTES = ("'", '"')
NO_NAME = ("@", "://", "www.", "<", ">")


def one_line(text: str) -> str:
    """A text in one line, without control characters: a name must not add lines of its own to our letters.

    Joiners, which some scripts need, stay.
    """
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join("".join(char for char in kept if char not in TURNS).split())


def greetable(name: str) -> str:
    """A name that a stranger gave themselves, as a letter may greet by it; empty where it is an address, a link or too
    long to be a name: whoever forges a sender must not write to people in our letters."""
    name = one_line(name)
    if name[:1] in QUOTES and name[:1] == name[-1:]:
        name = name[1:-1].strip()
    return "" if len(name) > LONGEST_NAME or any(mark in name.lower() for mark in NO_NAME) else name

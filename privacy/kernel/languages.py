"""The languages that people are spoken to in, and which pages speak them.

A view marked with `speaks` answers in the reader's language; every other page is in English, whole, so that no
page mixes two.
"""

from collections.abc import Callable
from typing import Any, TypeVar

MAIN = "en"
LANGUAGES = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("hi", "हिन्दी"),
)
NAMES = dict(LANGUAGES)
View = TypeVar("View", bound=Callable[..., Any])


def speaks(view: View) -> View:
    """Mark a view whose page is translated."""
    view.speaks = True  # type: ignore[attr-defined]  # functions take attributes; wraps() hands them on
    return view


def language_of(request: Any) -> str:
    """The language that a page is answered in, by the code that texts of the policy go by."""
    return known(str(getattr(request, "LANGUAGE_CODE", MAIN))[:2])


def known(language: str) -> str:
    """The language by its code, or the main one where we do not speak it."""
    return language if language in NAMES else MAIN

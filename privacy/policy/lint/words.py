"""The phrases of each language, from data files: adding a language is adding a file."""

import functools
import re
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "lint"
STRAIGHT = str.maketrans({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0x00A0: " "})
SIGNS = ((r"\ \.\.\.\ ", r"(?:\s|\s[^.?!;]{0,60}\s)"), (r"\*", r"[^\s.,;:?!)]*"), (r"\ ", r"\s+"))
SPACE = re.compile(r"\s+")


@functools.lru_cache(maxsize=32)
def lists_of(language: str) -> dict[str, list[re.Pattern[str]]]:
    """The compiled phrases of a language by list; nothing for one that the lint does not know."""
    if not is_read(language):
        return {}
    content = yaml.safe_load((FOLDER / f"{language.partition('-')[0]}.yaml").read_text(encoding="utf-8"))
    return {name: [_compiled(phrase) for phrase in phrases] for name, phrases in content.items()}


@functools.lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that the lint reads."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def is_read(language: str) -> bool:
    """Whether the lint knows this language."""
    return language.partition("-")[0] in languages()


def find(name: str, text: str, language: str) -> str:
    """The first words of `text` that a list of this language knows, or nothing."""
    return next((found for found, _start in _matches(name, text, language)), "")


def place_of(name: str, text: str, language: str) -> int | None:
    """Where in the text the first such words stand."""
    return min((start for _found, start in _matches(name, text, language)), default=None)


def _matches(name: str, text: str, language: str) -> list[tuple[str, int]]:
    plain = text.translate(STRAIGHT).casefold()
    found = [pattern.search(plain) for pattern in lists_of(language).get(name, [])]
    return [(match[0], match.start()) for match in found if match]


def _compiled(phrase: str) -> re.Pattern[str]:
    parts = re.escape(SPACE.sub(" ", phrase.translate(STRAIGHT).casefold()))
    for sign, pattern in SIGNS:
        parts = parts.replace(sign, pattern)
    return re.compile(rf"(?<!\w){parts}(?!\w)")

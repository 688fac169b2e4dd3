"""Policy files for tests: the demo file, and edits of it."""

from pathlib import Path

DEMO_FILE = Path(__file__).resolve().parent.parent / "data" / "demo_policy.yaml"
DEMO = DEMO_FILE.read_text(encoding="utf-8")


def edited(*pairs: tuple[str, str]) -> str:
    """The demo file with each `old` replaced by `new` once; an `old` that is not there is a mistake of the test."""
    text = DEMO
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def dated(day: str, *pairs: tuple[str, str]) -> str:
    """The demo file as a version of another date."""
    return edited(("effective_on: 2018-05-15", f"effective_on: {day}"), *pairs)


def line_of(text: str, part: str) -> int:
    """The number of the first line that contains `part`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)

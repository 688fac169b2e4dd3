"""What the check says: one line per thing looked at."""

import enum
from dataclasses import dataclass


class Level(enum.StrEnum):
    """A fault makes a provider refuse the one-click or the mail; a warning could not be known or may do harm."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable for programs. The text repeats nothing of the mail but domains and header names."""

    code: str
    level: Level
    text: str


def ok(code: str, text: str) -> Finding:
    return Finding(code, Level.OK, text)


def warning(code: str, text: str) -> Finding:
    return Finding(code, Level.WARNING, text)


def fault(code: str, text: str) -> Finding:
    return Finding(code, Level.FAULT, text)

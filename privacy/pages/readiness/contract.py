"""What a readiness check says, and how one is asked."""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass


class Light(enum.StrEnum):
    """Green: fine. Yellow: it works, and somebody should know. Red: not ready."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `text` says what is so, `mend` what to do about it; neither names a person or a secret."""

    code: str
    label: str
    light: Light
    text: str
    mend: str = ""


Answer = tuple[Light, str, str]
Check = Callable[[], Answer]


def green(text: str) -> Answer:
    return Light.GREEN, text, ""


def yellow(text: str, mend: str) -> Answer:
    return Light.YELLOW, text, mend


def red(text: str, mend: str) -> Answer:
    return Light.RED, text, mend


def ask(checks: Iterable[tuple[str, str, Check]]) -> list[Finding]:
    """Ask every check; one that stops is red, named by its error class only."""
    findings = []
    for code, label, check in checks:
        try:
            light, text, mend = check()
        except Exception as error:  # noqa: BLE001  # a broken check is a red line, not the end of the list
            light, text = Light.RED, f"The check stopped with {type(error).__name__}."
            mend = "Mend what is red above and ask again; the cause is in the log."
        findings.append(Finding(code, label, light, text, mend))
    return findings

"""The promise board: every promise has a control, the control answers with live evidence.

An app registers its controls in `<app>/promises.py` (autodiscovered):

    control(24, code="consent.preferences_page", label="Preferences page", check=check_preferences)

Feature code asks `is_on("consent.preferences_page")` where it enforces the promise. In production the
answer is always yes, at the price of one look at an empty frozenset. Tests switch a control off to
prove that the promise's tests notice; nothing but the test suite can.
"""

import enum
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from privacy.policy.catalog import promises

TESTING_PLUGIN = "privacy.testing.plugin"


class ControlState(enum.StrEnum):
    """What a live control can say about itself."""

    GREEN = "green"  # it stands and works here, now
    RED = "red"  # it is broken here
    NOT_CONFIGURED = "not_configured"  # somebody has to set the switch that it names


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """`evidence` is one sentence of figures for a person; it names nobody."""

    state: ControlState
    evidence: str


@dataclass(frozen=True, slots=True)
class Control:
    """One live control of one promise. `switch` names the setting that turns the feature on, if any."""

    number: int
    code: str
    label: str
    check: Callable[[], ControlAnswer]
    switch: str

    def answer(self) -> ControlAnswer:
        """Ask the control now. A check that raises is a broken control, named by its error class."""
        try:
            return self.check()
        except Exception as error:  # noqa: BLE001 - one broken check must not take the board down
            return ControlAnswer(ControlState.RED, f"The check stopped with {type(error).__name__}.")


_controls: dict[str, Control] = {}
_off: frozenset[str | int] = frozenset()


def green(evidence: str) -> ControlAnswer:
    """The control stands; `evidence` says by which figures."""
    return ControlAnswer(ControlState.GREEN, evidence)


def red(evidence: str) -> ControlAnswer:
    """The control is broken; `evidence` says what is missing."""
    return ControlAnswer(ControlState.RED, evidence)


def not_configured(evidence: str) -> ControlAnswer:
    """Nobody has turned it on yet; `evidence` says what to do."""
    return ControlAnswer(ControlState.NOT_CONFIGURED, evidence)


def control(number: int, *, code: str, label: str, check: Callable[[], ControlAnswer], switch: str = "") -> Control:
    """Register a control of promise S<number>.

    `code` ("app.feature") is what `is_on` is asked by; one promise may have several controls and
    then needs all of them green. ValueError for a taken code or a number that is no promise.
    """
    if code in _controls:
        raise ValueError(f"The control {code} is registered twice.")
    if number not in promises():
        raise ValueError(f"{code}: there is no promise S{number}.")
    _controls[code] = Control(number, code, label, check, switch)
    return _controls[code]


def controls() -> list[Control]:
    """Every registered control, by promise and code."""
    return sorted(_controls.values(), key=lambda each: (each.number, each.code))


def controls_of(number: int) -> list[Control]:
    """The controls of one promise."""
    return [each for each in controls() if each.number == number]


def is_on(key: int | str) -> bool:
    """Whether a control is active; feature code asks this at the point of enforcement.

    `key` is the control's code, or a promise number, which is off when any of its controls is.
    """
    return not _off or key not in _off


@contextmanager
def switched_off(*keys: int | str) -> Iterator[None]:
    """Tests only: make the named controls inactive inside the block.

    A number switches off every control of that promise. RuntimeError outside the test suite,
    KeyError for a control that does not exist.
    """
    global _off  # noqa: PLW0603 - tests only
    if TESTING_PLUGIN not in sys.modules:
        raise RuntimeError("A control can only be switched off by the test suite.")
    before = _off
    _off = before | _resolve(keys)
    try:
        yield
    finally:
        _off = before


def _resolve(keys: tuple[int | str, ...]) -> frozenset[str | int]:
    names: set[str | int] = set()
    for key in keys:
        found = controls_of(key) if isinstance(key, int) else [_controls[key]]
        if not found:
            raise KeyError(key)
        for each in found:
            names |= {each.code, each.number}
    return frozenset(names)

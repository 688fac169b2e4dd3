"""Live figures: what the controls of a promise say, for the public page.

Anybody can open the page, and some checks look at whole tables, so that an answer is kept for a minute.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from privacy.kernel import clock
from privacy.policy.board import ControlState, controls_of

KEEP_SECONDS = 60
WORDS = {
    ControlState.GREEN: ("Working", "ok"),
    ControlState.NOT_CONFIGURED: ("Not set up yet", "warn"),
    ControlState.RED: ("Not working now", "danger"),
}
WORST_FIRST = (ControlState.RED, ControlState.NOT_CONFIGURED, ControlState.GREEN)


@dataclass(frozen=True, slots=True)
class Figure:
    """The live figure of one promise: its state in a word, and the sentences of its controls."""

    number: int
    state: ControlState
    evidence: tuple[str, ...]
    asked_at: dt.datetime

    @property
    def word(self) -> str:
        return WORDS[self.state][0]

    @property
    def tone(self) -> str:
        return WORDS[self.state][1]


def live_figures(numbers: Iterable[int]) -> dict[int, Figure]:
    """The figure of each promise that has a control, asked at most a minute ago."""
    wanted = [number for number in sorted(numbers) if controls_of(number)]
    kept: dict[str, Figure] = cache.get_many([_key(number) for number in wanted])
    fresh = {_key(number): _ask(number) for number in wanted if _key(number) not in kept}
    if fresh:
        cache.set_many(fresh, KEEP_SECONDS)
    return {figure.number: figure for figure in (kept | fresh).values()}


def ask_now(numbers: Iterable[int]) -> dict[int, Figure]:
    """The figure of each promise that has a control, asked this moment: for staff."""
    return {number: _ask(number) for number in sorted(numbers) if controls_of(number)}


def _key(number: int) -> str:
    return f"policy.figure.{number}"


def _ask(number: int) -> Figure:
    answers = [control.answer() for control in controls_of(number)]
    states = {answer.state for answer in answers}
    state = next(each for each in WORST_FIRST if each in states)
    return Figure(number, state, tuple(dict.fromkeys(answer.evidence for answer in answers)), clock.now())

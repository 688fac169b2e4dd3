"""The last answers of every live control, kept for the console: asking them all takes hundreds of statements.

A job asks every ten minutes, and whoever wants it sooner presses the button on the board. What is shown says when it
was asked. The `promises` command asks by itself.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from privacy.policy.board import ControlState
from privacy.policy.catalog import promises
from privacy.policy.figures import Figure, ask_now
from privacy.policy.models import BoardReading


@dataclass(frozen=True, slots=True)
class Reading:
    """`figures` by the number of the promise; `asked_at` None where nobody has asked yet."""

    figures: dict[int, Figure]
    asked_at: dt.datetime | None

    def ask(self, numbers: Iterable[int]) -> Mapping[int, Figure]:
        """In the place of asking the controls: what they said."""
        return {number: self.figures[number] for number in numbers if number in self.figures}


def read_board() -> Reading:
    """What the controls said when they were last asked, in one statement."""
    row = BoardReading.objects.filter(pk=BoardReading.ONLY).first()
    if row is None:
        return Reading({}, None)
    figures = [
        Figure(each["number"], ControlState(each["state"]), tuple(each["evidence"]), row.asked_at)
        for each in row.figures
    ]
    return Reading({figure.number: figure for figure in figures}, row.asked_at)


def ask_board(*, now: dt.datetime) -> int:
    """Ask every control and keep what they say; returns how many promises answered."""
    figures = ask_now(promises())
    kept = [
        {"number": each.number, "state": each.state.value, "evidence": list(each.evidence)} for each in figures.values()
    ]
    BoardReading.objects.update_or_create(pk=BoardReading.ONLY, defaults={"asked_at": now, "figures": kept})
    return len(kept)

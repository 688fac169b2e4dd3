"""Yes above the line, no and withdrawal below it: an SVG of the server, with its figures in a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from consent.reports.selectors import Tally

WIDTH, HALF, TOP, LABELS = 960, 110, 24, 26
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: where it stands, and how high its three parts are."""

    x: float
    width: float
    label: str
    yes: Tally
    up: float
    down: float
    back: float
    shows_label: bool

    @property
    def top(self) -> float:
        return TOP + HALF - self.up

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def below(self) -> float:
        return TOP + HALF + self.down


def rates_chart(tallies: Sequence[Tally], *, title: str) -> SafeString:
    """The chart; an empty text where nothing was said in the whole time."""
    highest = max((max(one.yes, one.no + one.back) for one in tallies), default=0)
    if not highest:
        return SafeString("")
    slot = WIDTH / len(tallies)
    every = -(-len(tallies) // MOST_LABELS)
    bars = [
        Bar(
            x=round(number * slot + slot * 0.1, 1),
            width=round(slot * 0.8, 1),
            label=one.label,
            yes=one,
            up=round(one.yes / highest * HALF, 1),
            down=round(one.no / highest * HALF, 1),
            back=round(one.back / highest * HALF, 1),
            shows_label=number % every == 0,
        )
        for number, one in enumerate(tallies)
    ]
    yes, no, back = (sum(getattr(one, name) for one in tallies) for name in ("yes", "no", "back"))
    text = f"{tallies[0].label} to {tallies[-1].label}: {yes} yes, {no} no, {back} taken back. Figures in the table."
    return render_to_string(
        "consent/console/rates.svg",
        {
            "bars": bars,
            "width": WIDTH,
            "axis": TOP + HALF,
            "height": TOP + 2 * HALF + LABELS,
            "bottom": TOP + 2 * HALF + LABELS - 8,
            "highest": highest,
            "title": title,
            "text": text,
        },
    )

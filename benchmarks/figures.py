"""One measured case, and the table of them."""

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `reference` in `unit`; `n` how many operations stand behind each."""

    case: str
    unit: str
    ours: float
    against: str
    reference: float
    n: int

    @property
    def ratio(self) -> float:
        return self.ours / self.reference if self.reference else float("inf")


def tell(figure: Figure) -> None:
    """Hand a figure to the process that asked for it."""
    sys.stdout.write(json.dumps(asdict(figure)) + "\n")
    sys.stdout.flush()


def compared(rounds: int, *ways: Callable[[], float]) -> list[float]:
    """The median of each way, the rounds interleaved: what slows the machine for a while slows all of them.

    The first round warms up and is thrown away; every round begins with another way.
    """
    taken: list[list[float]] = [[] for _ in ways]
    for number in range(rounds + 1):
        for place in range(len(ways)):
            way = (place + number) % len(ways)
            figure = ways[way]()
            if number:
                taken[way].append(figure)
    return [statistics.median(each) for each in taken]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table that reads well in a terminal too."""
    heads = ["case", "ours", "reference", "", "ratio", "n"]
    lines = [
        [
            each.case,
            _number(each.ours, each.unit),
            each.against,
            _number(each.reference, each.unit),
            f"{each.ratio:.2f}",
            str(each.n),
        ]
        for each in figures
    ]
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in [heads, rule, *lines]
    )


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"

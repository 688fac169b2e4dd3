"""Whom a publication touches. The floor that keeps the grants fills the counter; without one nobody is counted."""

import datetime as dt
from typing import Protocol


class Counter(Protocol):
    """How many people's grants of each purpose become stale, by purpose: those under a text before its day."""

    def __call__(self, stale_before: dict[str, dt.date]) -> dict[str, int]: ...


_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Add a counter."""
    if counter not in _counters:
        _counters.append(counter)


def count_affected(stale_before: dict[str, dt.date]) -> dict[str, int]:
    """People by purpose; nothing where there is nothing to ask about."""
    counts: dict[str, int] = {}
    for counter in _counters if stale_before else []:
        for code, count in counter(stale_before).items():
            counts[code] = counts.get(code, 0) + count
    return counts

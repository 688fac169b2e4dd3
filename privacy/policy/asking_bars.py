"""From when on may somebody be asked again who ended a use by a formal request? Filled by the floor that knows it.

A decision says what it came through: a kind of source, and the id there. A law may give the person who opted out by a
request more peace than the policy's months (11 CCR 7026(k): twelve months from the day on which the request came).
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Protocol

SUBJECT_REQUEST = "subject_request"  # a kind of source: the id is that of the case


class Bar(Protocol):
    """The first day on which somebody may be asked again, by source id; without those that bar nothing."""

    def __call__(self, source_ids: Collection[str], /) -> Mapping[str, dt.date]: ...


_bars: dict[str, Bar] = {}


def register(source_kind: str, bar: Bar) -> None:
    """Say who knows about decisions that came through this kind of source; the last one counts."""
    _bars[source_kind] = bar


def bars(source_kind: str) -> bool:
    """Whether decisions through this kind of source may bar asking."""
    return source_kind in _bars


def first_days(source_kind: str, source_ids: Collection[str]) -> Mapping[str, dt.date]:
    """For each of these sources the first day on which the person may be asked again, where it bars anything."""
    return _bars[source_kind](source_ids) if source_ids and source_kind in _bars else {}

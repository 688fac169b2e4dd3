"""The figures of a year as they are kept: as JSON, and back. Pure."""

import dataclasses
import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dsr.reports.figures import CcpaLine, Report, Spread

SHAPE = 2  # one more whenever figures are counted or written otherwise: then every year is counted again


@dataclass(frozen=True, slots=True)
class YearFigures:
    """All that the page of one year and one place shows."""

    report: Report
    ccpa: list[CcpaLine]
    happened: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of a year, as of when they are right, and when they last came out otherwise (None: never kept)."""

    figures: YearFigures
    as_of: dt.datetime
    changed_at: dt.datetime | None = None
    is_late: bool = False


def as_text(figures: YearFigures) -> str:
    """The same text for the same figures."""
    kept = {
        "report": _plain(figures.report),
        "ccpa": [_plain(line) for line in figures.ccpa],
        "happened": figures.happened,
    }
    return json.dumps(kept)


def from_text(text: str) -> YearFigures:
    """What `as_text` wrote."""
    kept = json.loads(text)
    return YearFigures(
        report=Report(**_rich(kept["report"])),
        ccpa=[CcpaLine(**_rich(line)) for line in kept["ccpa"]],
        happened=kept["happened"],
    )


def _plain(figures: Report | CcpaLine) -> dict[str, Any]:
    values = {each.name: getattr(figures, each.name) for each in dataclasses.fields(figures)}
    return {name: dataclasses.asdict(value) if isinstance(value, Spread) else value for name, value in values.items()}


def _rich(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _rich_value(value) for name, value in values.items()}


def _rich_value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return Spread(**value) if value.keys() == {"count", "median", "mean"} else Counter(value)

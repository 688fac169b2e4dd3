"""From rows to figures. Pure: what was received and what was answered in a year."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dsr.reports.reading import Asked, Stayed
from dsr.states import Right, State

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REFERRED = "referred"  # a business customer answers it: not ours to have answered
CCPA = {
    "Requests to know": frozenset({Right.ACCESS, Right.PORTABILITY}),
    "Requests to delete": frozenset({Right.ERASURE}),
    "Requests to correct": frozenset({Right.RECTIFICATION}),
    "Requests to opt out of sale or sharing": frozenset({Right.SALE_OPT_OUT}),
    "Requests to limit": frozenset({Right.LIMIT_SENSITIVE}),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """Days to an answer; None where nothing was answered."""

    count: int
    median: float | None
    mean: float | None


def spread(days: Sequence[int]) -> Spread:
    """Median and mean, the mean to one place."""
    if not days:
        return Spread(0, None, None)
    return Spread(len(days), float(statistics.median(days)), round(statistics.fmean(days), 1))


@dataclass(slots=True)
class Report:
    """The figures of one year. Received are requests; everything that is answered is counted by right."""

    year: int
    received: int = 0
    received_by_month: Counter[str] = field(default_factory=Counter)
    answered_by_month: Counter[str] = field(default_factory=Counter)
    by_right: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_regime: Counter[str] = field(default_factory=Counter)
    by_outcome: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    stayed: Counter[str] = field(default_factory=Counter)  # in single systems, by ground
    in_time: int = 0
    late: int = 0
    answered: Spread = field(default_factory=lambda: spread([]))

    @property
    def on_time_rate(self) -> float | None:
        """Of what was answered and had a day: how much was in time, in percent."""
        counted = self.in_time + self.late
        return round(100 * self.in_time / counted, 1) if counted else None

    @property
    def complaint_rate(self) -> float | None:
        """Complaints for a hundred requests received."""
        complaints = self.by_right[Right.COMPLAINT]
        return round(100 * complaints / self.received, 1) if self.received else None


def report_of(year: int, rows: Iterable[Asked], stayed: Iterable[Stayed] = ()) -> Report:
    """The figures of these rows, and of what stayed in single systems."""
    report = Report(year, stayed=Counter(one.ground for one in stayed))
    seen: set[object] = set()
    days: list[int] = []
    report.received_by_month = Counter(dict.fromkeys(MONTHS, 0))
    report.answered_by_month = Counter(dict.fromkeys(MONTHS, 0))
    for row in rows:
        if row.received_on.year == year:
            report.by_right[row.right] += 1
            if row.case not in seen:
                seen.add(row.case)
                report.received_by_month[MONTHS[row.received_on.month - 1]] += 1
                report.by_channel[row.channel] += 1
                report.by_regime[row.regime or "none named"] += 1
        if row.decided_on and row.decided_on.year == year and row.days is not None:
            _answered(report, row)
            if row.outcome != REFERRED:
                days.append(row.days)
    report.received = len(seen)
    report.answered = spread(days)
    return report


def _answered(report: Report, row: Asked) -> None:
    report.by_outcome[row.outcome or "not named"] += 1
    if row.outcome == REFERRED or row.decided_on is None:
        return
    report.answered_by_month[MONTHS[row.decided_on.month - 1]] += 1
    if row.ground:
        report.refusals[row.ground] += 1
    if row.due_on:
        if row.decided_on <= row.due_on:
            report.in_time += 1
        else:
            report.late += 1


@dataclass(slots=True)
class CcpaLine:
    """One line of section 7102. `denied` has `unverified`: nobody proved to be the person. What we held nothing of
    is neither complied with nor denied."""

    label: str
    received: int = 0
    complied: int = 0
    in_part: int = 0
    denied: int = 0
    unverified: int = 0
    nothing_held: int = 0
    days: Spread = field(default_factory=lambda: spread([]))


def ccpa_7102(year: int, rows: Iterable[Asked]) -> list[CcpaLine]:
    """The figures of 11 CCR 7102(a): received in the year, and answered in the year, whenever received."""
    lines = {label: CcpaLine(label) for label in CCPA}
    days: dict[str, list[int]] = {label: [] for label in CCPA}
    label_of = {right: label for label, rights in CCPA.items() for right in rights}
    for row in rows:
        label = label_of.get(Right(row.right))
        if label is None:
            continue
        line = lines[label]
        line.received += row.received_on.year == year
        if row.decided_on and row.decided_on.year == year and row.outcome != REFERRED:
            line.complied += row.outcome == "fulfilled"
            line.in_part += row.outcome == "partly"
            line.denied += row.outcome == "refused"
            line.nothing_held += row.outcome == "nothing_held"
            if row.days is not None:
                days[label].append(row.days)
        elif row.decided_on is None and row.state == State.EXPIRED and row.closed_on and row.closed_on.year == year:
            line.denied += 1
            line.unverified += 1
    for label, line in lines.items():
        line.days = spread(days[label])
    return list(lines.values())

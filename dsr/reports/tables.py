"""The figures as tables, for the page and for CSV alike, so that both say the same. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dsr.grounds import GROUNDS
from dsr.reports.figures import CcpaLine
from dsr.reports.keeping import Standing

Cell = str | int | float
HAPPENED = {
    "extended": "Extended",
    "reopened": "Reopened",
    "appeal_clock_started": "Appealed",
    "assigned": "Given to somebody",
    "one_pair_of_eyes": "Approved by one pair of eyes",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a title, the heads of its columns, its rows; the register of the queue that lists what is counted."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    register: str = ""

    @property
    def labeled(self) -> list[list[tuple[str, Cell]]]:
        """The rows, each cell with its head: a phone shows a wide table as cards."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


def tables_of(standing: Standing) -> list[Table]:
    """Everything of the year, table by table, the first line of all saying as of when."""
    report, happened = standing.figures.report, standing.figures.happened
    known = report.answered
    summary: tuple[tuple[Cell, ...], ...] = (
        ("As of (UTC)", f"{standing.as_of:%Y-%m-%d %H:%M}"),
        ("Requests received", report.received),
        ("Rights answered", known.count),
        ("Answered in time", report.in_time),
        ("Answered late", report.late),
        ("On-time rate, percent", _or_dash(report.on_time_rate)),
        ("Median days to the answer", _or_dash(known.median)),
        ("Mean days to the answer", _or_dash(known.mean)),
        ("Complaints for 100 requests", _or_dash(report.complaint_rate)),
        *((f"{HAPPENED[kind]}, requests", count) for kind, count in happened.items() if kind in HAPPENED),
    )
    months = tuple((month, count, report.answered_by_month[month]) for month, count in report.received_by_month.items())
    return [
        Table("Summary", ("Figure", "Value"), summary),
        Table("By month", ("Month", "Requests received", "Rights answered"), months),
        _counted("Rights asked for", "Right", report.by_right),
        _counted("Requests by channel", "Channel", report.by_channel),
        _counted("Requests by law", "Law", report.by_regime),
        _counted("Answers by outcome", "Outcome", report.by_outcome),
        Table("What was not done, by ground", ("Ground", "Law", "Count"), _grounds(report.refusals), "refusals"),
        Table("What single systems kept, by ground", ("Ground", "Law", "Systems"), _grounds(report.stayed), "kept"),
        _ccpa(standing.figures.ccpa),
    ]


def _ccpa(lines: Sequence[CcpaLine]) -> Table:
    heads = (
        *("Kind", "Received", "Complied with", "In part", "Denied", "of these unverified", "Nothing held"),
        *("Median days", "Mean days"),
    )
    rows = tuple(
        (
            *(line.label, line.received, line.complied, line.in_part, line.denied, line.unverified, line.nothing_held),
            *(_or_dash(line.days.median), _or_dash(line.days.mean)),
        )
        for line in lines
    )
    return Table("CCPA, section 7102", heads, rows)


def as_csv(tables: Sequence[Table]) -> str:
    """The tables one below the other, each with its title, as a spreadsheet reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for table in tables:
        writer.writerow([table.title])
        writer.writerow(table.heads)
        writer.writerows(table.rows)
        writer.writerow([])
    return out.getvalue()


def _or_dash(value: float | None) -> Cell:
    return "–" if value is None else value


def _counted(title: str, head: str, counts: Counter[str]) -> Table:
    rows = tuple((code.replace("_", " "), count) for code, count in sorted(counts.items()) if count)
    return Table(title, (head, "Count"), rows)


def _grounds(counts: Counter[str]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (code.replace("_", " "), GROUNDS[code].article if code in GROUNDS else "–", count)
        for code, count in sorted(counts.items())
    )

"""Reports from the counts by the day: what was said over time, and how often yes and how often taken back."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet, Sum

from consent.reports.models import ConsentDay, Counted
from consent.reports.rollup import NAME
from consent.vocabulary import Status
from privacy.kernel.demo import in_demo
from privacy.kernel.errors import InvalidInput

STEPS = ("day", "week", "month")
DIMENSIONS = ("purpose", "site", "language", "door")
MOST_BARS = 62
LONGEST = dt.timedelta(days=366 * 20)


@dataclass(slots=True)
class Tally:
    """How many of each status. The rates are of what people answered; None where nobody did."""

    label: str
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, status: str, count: int) -> None:
        self.counts[status] = self.counts.get(status, 0) + count

    def of(self, *statuses: str) -> int:
        return sum(self.counts.get(each, 0) for each in statuses)

    @property
    def yes(self) -> int:
        return self.of(Status.GIVEN, Status.PERMITTED)

    @property
    def no(self) -> int:
        return self.of(Status.REFUSED)

    @property
    def back(self) -> int:
        """Taken back: withdrawn or objected to."""
        return self.of(Status.WITHDRAWN, Status.OBJECTED)

    @property
    def ended(self) -> int:
        return self.of(Status.EXPIRED)

    @property
    def asked(self) -> int:
        return self.of(Status.REQUESTED)

    @property
    def grant_rate(self) -> float | None:
        """Of the answers that were a yes or a no, the part that was a yes."""
        answered = self.yes + self.no
        return self.yes / answered if answered else None

    @property
    def withdrawal_rate(self) -> float | None:
        """For each yes of the time, how many were taken back in it."""
        return self.back / self.yes if self.yes else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about. Codes are equal to what was counted; empty for all."""

    first: dt.date
    last: dt.date
    step: str = "day"
    purpose: str = ""
    site: str = ""
    language: str = ""
    door: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Over time, by each dimension, and in all. `counted_at` says how fresh it is."""

    asked: Asked
    over_time: list[Tally]
    by: dict[str, list[Tally]]
    total: Tally
    counted_at: dt.datetime | None


def check_range(first: dt.date, last: dt.date) -> None:
    """InvalidInput(last) for days the wrong way round, or too many."""
    if last < first:
        raise InvalidInput("The last day comes before the first. Exchange them.", field="last")
    if last - first > LONGEST:
        raise InvalidInput("Choose at most twenty years.", field="last")


def fitting_step(first: dt.date, last: dt.date) -> str:
    """The finest step that a chart has room for."""
    days = (last - first).days + 1
    return "day" if days <= MOST_BARS else "week" if days <= MOST_BARS * 7 else "month"


def report(asked: Asked) -> Report:
    """Put a report together: one query over time, one for each dimension, one for its age."""
    rows = _rows(asked)
    total = Tally("all")
    over_time = {label: Tally(label) for label in _labels(asked)}
    for day, status, count in rows.values_list("day", "status").annotate(found=Sum("count")).order_by():
        over_time[label_of(day, asked.step)].add(status, count)
        total.add(status, count)
    return Report(
        asked=asked,
        over_time=list(over_time.values()),
        by={name: _by(rows, name) for name in DIMENSIONS},
        total=total,
        counted_at=Counted.objects.filter(name=NAME).values_list("at", flat=True).first(),
    )


def lines(asked: Asked) -> Iterator[tuple[str, str, str, str, Tally]]:
    """Every step by purpose, site and language, for a table: the finest that a report has."""
    found: dict[tuple[str, str, str, str], Tally] = {}
    columns = ("day", "purpose", "site", "language", "status")
    rows = _rows(asked).values_list(*columns).annotate(found=Sum("count")).order_by(*columns)
    for day, purpose, site, language, status, count in rows:
        label = label_of(day, asked.step)
        found.setdefault((label, purpose, site, language), Tally(label)).add(status, count)
    for (label, purpose, site, language), tally in found.items():
        yield label, purpose, site, language, tally


def label_of(day: dt.date, step: str) -> str:
    """The name of the step that a day falls in: the day, the ISO week, or the month."""
    if step == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y-%m}" if step == "month" else day.isoformat()


def _labels(asked: Asked) -> Iterable[str]:
    days = range((asked.last - asked.first).days + 1)
    return dict.fromkeys(label_of(asked.first + dt.timedelta(days=number), asked.step) for number in days)


def _by(rows: "QuerySet[ConsentDay]", name: str) -> list[Tally]:
    found: dict[str, Tally] = {}
    for value, status, count in rows.values_list(name, "status").annotate(found=Sum("count")).order_by(name):
        found.setdefault(value, Tally(value or "(none)")).add(status, count)
    return list(found.values())


def _rows(asked: Asked) -> "QuerySet[ConsentDay]":
    rows = ConsentDay.objects.filter(day__gte=asked.first, day__lte=asked.last, is_demo=in_demo())
    for name in DIMENSIONS:
        value = getattr(asked, name)
        if value:
            rows = rows.filter(**{name: "" if value == "-" else value})
    return rows

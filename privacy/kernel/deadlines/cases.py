"""Golden cases: the CSV format that anybody can check an engine against."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from privacy.kernel.deadlines.engine import Event, Inputs, compute_deadline
from privacy.kernel.errors import DomainError, InvalidInput

COLUMNS = ("regime", "type", "received_at_iso", "timezone", "events", "expected_due_date", "holiday_calendar")


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of the file: what was expected, what came out, or why nothing did."""

    line: int
    expected: str
    computed: str

    @property
    def matches(self) -> bool:
        return self.expected == self.computed


def parse_events(text: str) -> tuple[tuple[Event, ...], frozenset[str]]:
    """`name date [late|unjustified]` and `policy flag`, separated by semicolons. InvalidInput(events)."""
    events, flags = [], set()
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        words = part.split()
        match words:
            case ["policy", flag]:
                flags.add(flag)
                continue
        try:
            events.append(Event(words[0], dt.date.fromisoformat(words[1]), *words[2:3]))
        except (IndexError, ValueError):
            raise InvalidInput(f"“{part}” is not an event: write name YYYY-MM-DD.", field="events") from None
    return tuple(events), frozenset(flags)


def parse_moment(text: str) -> dt.datetime:
    """An ISO moment with its offset. InvalidInput(received_at)."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Write the moment as 2026-03-05T09:00:00+01:00.", field="received_at") from None
    if moment.tzinfo is None:
        raise InvalidInput("Give the offset from UTC too, such as +01:00.", field="received_at")
    return moment


def check_cases(path: Path) -> Iterator[Checked]:
    """Compute every line of a file. InvalidInput where the file lacks a column."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
            raise InvalidInput(f"The file has no column {missing[0]}.", field="cases")
        for row in rows:
            yield Checked(rows.line_num, row["expected_due_date"], _computed(row))


def _computed(row: dict[str, str]) -> str:
    try:
        events, flags = parse_events(row["events"])
        inputs = Inputs(
            regime=row["regime"],
            kind=row["type"],
            received_at=parse_moment(row["received_at_iso"]),
            zone=row["timezone"],
            calendar=row["holiday_calendar"],
            events=events,
            flags=flags,
        )
        return compute_deadline(inputs).due_on.isoformat()
    except DomainError as error:
        return f"error: {error.field}: {error.message}"

"""`manage.py due`: one deadline as JSON, or a file of golden cases checked."""

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dsr.laws import Law, law_of_region
from dsr.periods import Period, period_for
from dsr.regions import check_region
from dsr.services.counting import Counted, earliest
from dsr.timekeeping.selectors import NOTHING, LocalDays, local_days
from privacy.kernel import clock
from privacy.kernel.deadlines import Inputs, compute_deadline
from privacy.kernel.deadlines.cases import check_cases, parse_events, parse_moment
from privacy.kernel.errors import DomainError, InvalidInput


def _local_day(moment: dt.datetime, zone: str) -> dt.date:
    try:
        return clock.local_date(moment, zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput("Name a time zone such as Europe/Berlin.", field="timezone") from None


def _added_days(laws: Sequence[Law]) -> Mapping[str, LocalDays]:
    """What was added to the calendars here; nothing where no database was made yet: a deadline needs none."""
    try:
        return local_days([law.calendar for law in laws])
    except DatabaseError:
        return {}


class Command(BaseCommand):
    help = "Compute a deadline and explain it; or check a CSV file of cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("received_at", nargs="?", help="2026-03-05T09:00:00+01:00")
        parser.add_argument("--regime", default=settings.KEPT_PROFILE, help="such as EU-GDPR")
        parser.add_argument(
            "--region", default="", help="where the person lives, such as US-CA: the earlier day counts"
        )
        parser.add_argument("--type", default="access", help="a right, or right/sub-clock")
        parser.add_argument("--timezone", default=settings.KEPT_TIME_ZONE)
        parser.add_argument("--calendar", default=settings.KEPT_CALENDAR)
        parser.add_argument("--events", default="", help="'identity_requested 2026-03-06; policy promise_30d'")
        parser.add_argument("--cases", metavar="FILE.csv", help="check every case of a file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["cases"]:
                self._check(Path(options["cases"]))
            else:
                self.stdout.write(json.dumps(self._one(options), indent=2))
        except DomainError as error:
            raise CommandError(f"{error.field}: {error.message}") from None
        except OSError as error:
            raise CommandError(f"The file cannot be read ({type(error).__name__}).") from None

    def _one(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["received_at"]:
            raise CommandError("Give the moment of receipt, or --cases FILE.csv.")
        found = earliest(self._counts(options)).deadline
        return {
            "due_on": found.due_on.isoformat(),
            "safe_on": found.safe_on.isoformat(),
            "statute_on": found.statute_on.isoformat(),
            "promise_on": found.promise_on.isoformat() if found.promise_on else None,
            "trace": list(found.trace),
            "rejected": list(found.rejected),
            "rule_version": found.rule_version,
            "calendar_version": found.calendar_version,
        }

    def _counts(self, options: dict[str, Any]) -> list[Counted]:
        """Under the law that is named and, with a region, under the law there."""
        events, flags = parse_events(options["events"])
        received_at = parse_moment(options["received_at"])
        laws = [Law(options["regime"], options["calendar"])]
        if region := check_region(options["region"]):
            other = law_of_region(region, _local_day(received_at, options["timezone"]))
            laws += [other] if other and other not in laws else []
        added = _added_days(laws)
        counts = []
        for law in laws:
            days = added.get(law.calendar, NOTHING)
            word = options["type"]
            period = period_for(law.profile, word) if region and "/" not in word else Period(law.profile, word)
            inputs = Inputs(
                regime=period.profile,
                kind=period.kind,
                received_at=received_at,
                zone=options["timezone"],
                calendar=law.calendar,
                events=events,
                flags=flags,
                off=days.off,
                working=days.working,
                entry=days.entry,
            )
            counts.append(Counted(compute_deadline(inputs), inputs))
        return counts

    def _check(self, path: Path) -> None:
        checked = list(check_cases(path))
        for case in checked:
            if not case.matches:
                self.stdout.write(f"line {case.line}: expected {case.expected}, computed {case.computed}")
        wrong = sum(not case.matches for case in checked)
        self.stdout.write(f"{len(checked)} cases, {len(checked) - wrong} match, {wrong} do not")
        if wrong or not checked:
            sys.exit(1)

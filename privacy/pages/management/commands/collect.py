"""`manage.py collect EMAIL --out FILE.zip --reason TEXT`: an access package, as a dry run or by hand."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.pages.collecting import collect_package
from privacy.pages.people import person_by_email, read_address


class Command(BaseCommand):
    requires_system_checks = ()  # made when Kept is migrated and started; they load every page
    help = "Collect what every system holds about a person into a signed ZIP file. The act is audited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's address; - reads it from standard input")
        parser.add_argument("--out", required=True, help="the ZIP file to write (mode 0600)")
        parser.add_argument("--reason", required=True, help="why it is collected; stands encrypted beside the log")
        parser.add_argument("--incomplete", action="store_true", help="write it also where a system does not answer")

    def handle(self, *args: Any, email: str, out: str, reason: str, incomplete: bool, **options: Any) -> None:
        try:
            summary = collect_package(
                person=person_by_email(read_address(email)),
                out=Path(out),
                reason=reason,
                actor=OPERATOR,
                now=clock.now(),
                allow_gaps=incomplete,
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{out}: {summary.rows} rows from {summary.systems} systems.")
        for label in summary.silent:
            self.stderr.write(f"{label} did not answer; the package says so.")

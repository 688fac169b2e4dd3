"""`manage.py export_policy [YYYY-MM-DD] [--out FILE]`: the file of a version, as it was loaded."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel.errors import DomainError
from privacy.policy.selectors import current_version, version_of


class Command(BaseCommand):
    help = "Write the file of a policy version: what load_policy reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("effective_on", nargs="?", default="", help="the version; the one in force if left out")
        parser.add_argument("--out", default="", help="a file to write; standard output if left out")

    def handle(self, *args: Any, effective_on: str, out: str, **options: Any) -> None:
        try:
            wanted = dt.date.fromisoformat(effective_on) if effective_on else None
        except ValueError:
            raise CommandError("Write the version as YYYY-MM-DD.") from None
        try:
            version = version_of(wanted, with_drafts=True) if wanted else current_version()
        except DomainError as error:
            raise CommandError(error.message) from None
        if not out:
            self.stdout.write(version.source, ending="")
            return
        Path(out).write_text(version.source, encoding="utf-8")
        self.stdout.write(f"The policy of {version.effective_on} is in {out}.")

"""`manage.py export_consent --from DAY --to DAY --out FILE.zip [--subject -]`: evidence that proves itself."""

import datetime as dt
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import find_subjects
from consent.export.service import export_consent, scope_of
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Export decisions with their texts, policies, seals and a verifier, for an authority. The act is audited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", required=True, type=dt.date.fromisoformat, help="the first day")
        parser.add_argument("--to", dest="last", required=True, type=dt.date.fromisoformat, help="the last day")
        parser.add_argument("--subject", default="", help="one person's address; - reads it from standard input")
        parser.add_argument("--out", required=True, help="the ZIP file to write (mode 0600)")

    def handle(self, *args: Any, **options: Any) -> None:
        address = sys.stdin.readline().strip() if options["subject"] == "-" else options["subject"]
        try:
            roots = find_subjects("email", address) if options["subject"] else None
            if roots == []:
                raise CommandError("Nobody here has this address.")
            scope = scope_of(options["first"], options["last"], roots)
            out = Path(options["out"])
            summary = export_consent(out=out, scope=scope, actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"{out}: {summary.events} decisions, {summary.policies} policies, {summary.seals} seals, "
            f"{summary.checkpoints} checkpoints. Unpack it and run: python3 verify.py"
        )

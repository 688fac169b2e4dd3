"""`manage.py import_consent FILE --mapping NAME`: list what a file would change; `--apply ID`: apply that list."""

import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.imports.files import store
from consent.imports.mapping_files import mappings
from consent.imports.models import ConsentImport
from consent.imports.services import APPLY, CHECK, approve_import, take_in
from consent.imports.vocabulary import REASONS, ImportState, Kind
from privacy.jobs.models import Job
from privacy.jobs.worker import run_one
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError

SHOWN = 20
PIECE = 1 << 20


class Command(BaseCommand):
    help = "List what a file of decisions would change (a dry run, the default), or apply a list that was read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--mapping", help="how the columns are read: hubspot, mautic, onetrust, or one of your own")
        parser.add_argument("--dry-run", action="store_true", help="only list; this is the default")
        parser.add_argument("--apply", metavar="ID", help="apply the list of this dry run, exactly as it was listed")
        parser.add_argument(
            "--ask-again", action="store_true", help="with --apply: note unknown people who were granted, to be asked"
        )

    def handle(self, *, file: Path | None, mapping: str | None, **options: Any) -> None:
        try:
            if options["apply"]:
                self._apply(options["apply"], asks_again=options["ask_again"])
            elif file and mapping:
                self._check(file, mapping)
            else:
                raise CommandError(f"Give a file and --mapping, one of: {', '.join(mappings())}; or --apply ID.")
        except DomainError as error:
            raise CommandError(error.message) from None

    def _check(self, file: Path, mapping: str) -> None:
        try:
            with file.open("rb") as opened:
                stored = store(iter(lambda: opened.read(PIECE), b""))
        except OSError as error:
            raise CommandError(f"The file cannot be read ({type(error).__name__}).") from None
        row = take_in(file=stored, mapping=mapping, actor=OPERATOR, now=clock.now())
        row = self._work(row, CHECK)
        if row.state != ImportState.CHECKED:
            raise CommandError(row.fault or f"The import is {row.get_state_display()}.")
        self.stdout.write(f"Import {row.pk}: {row.lines} lines read, nothing changed yet.")
        for name in ("lower", "same", "refused", "ask_again", "duplicate"):
            self.stdout.write(f"{getattr(row, name):>10}  {Kind(name).label}")
        for change in row.changes.filter(kind=Kind.REFUSED).order_by("id")[:SHOWN]:
            self.stdout.write(f"line {change.line}: {REASONS[change.reason]}")
        if row.refused > SHOWN:
            self.stdout.write(f"and {row.refused - SHOWN} more; the console lists every line.")
        self.stdout.write(f"List {row.digest}")
        self.stdout.write(f"To apply exactly this: manage.py import_consent --apply {row.pk}")

    def _apply(self, key: str, *, asks_again: bool) -> None:
        try:
            row = ConsentImport.objects.get(pk=key)
        except (ConsentImport.DoesNotExist, ValidationError):
            raise CommandError("There is no such import.") from None
        approve_import(consent_import=row, digest=row.digest, asks_again=asks_again, actor=OPERATOR, now=clock.now())
        row = self._work(row, APPLY)
        if row.state != ImportState.APPLIED:
            raise CommandError(row.fault or f"The import is {row.get_state_display()}.")
        self.stdout.write(
            f"{row.applied} decisions applied; {row.moved_on} left as they are, because somebody decided since."
        )

    def _work(self, row: ConsentImport, kind: str) -> ConsentImport:
        """Do the job here and now, unless a worker was quicker."""
        job = Job.objects.get(idem_key=f"{kind}:{row.pk}")
        run_one(job_id=job.pk)
        while not Job.objects.filter(pk=job.pk, state__in=["done", "needs_human"]).exists():
            time.sleep(0.5)
            run_one(job_id=job.pk)
        row.refresh_from_db()
        return row

"""`manage.py replay_erasures [--since TIME] [--dry-run]`: after a restore, erase again whom it brought back.

Reads the erasure journal, which lies outside the database. Exits 1 while anybody is left who should not
be here. Safe to run at any time, and as often as one likes.
"""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.audit.standing import accept_restore
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.retention.services import replay_erasures


class Command(BaseCommand):
    help = "Erase again the people of the erasure journal whom a restored backup brought back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", default="", metavar="TIME", help="only erasures since the backup was made (ISO 8601)"
        )
        parser.add_argument("--dry-run", action="store_true", help="list them; nothing is erased")

    def handle(self, *args: Any, since: str, dry_run: bool, **options: Any) -> None:
        replay = replay_erasures(actor=OPERATOR, now=clock.now(), since=_moment(since), is_dry_run=dry_run)
        for one in replay.returned:
            tables = ", ".join(f"{table} {rows}" for table, rows in one.found.items())
            verb = "came back" if dry_run else f"came back, {one.erased} rows erased again"
            held = f", {one.held} held" if one.held else ""
            self.stdout.write(f"case {one.match.erasure.scope}: {verb}{held} (found: {tables or 'unknown'})")
            for problem in one.problems:
                self.stdout.write(f"  {problem}")
            for table, rows in one.left.items():
                self.stdout.write(f"  {rows} rows of {table} are still there.")
        self.stdout.write(f"{replay.known} erased people known here, {len(replay.returned)} of them had come back.")
        if replay.unreadable:
            raise CommandError(
                f"{replay.unreadable} erasures or identifiers cannot be read: a key is missing. "
                "Put it back into the keys file."
            )
        if not replay.is_clean or (dry_run and replay.returned):
            raise CommandError("Not everybody who was erased is gone. Mend what is named above and run this again.")
        if not dry_run and accept_restore(actor=OPERATOR, now=clock.now()):
            self.stdout.write("The restored database is back in use: workers begin again within seconds.")


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--since takes a time such as 2026-05-01T12:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

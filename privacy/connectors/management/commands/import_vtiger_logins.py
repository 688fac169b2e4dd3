"""`manage.py import_vtiger_logins (--csv FILE | --url-env NAME)`: the login history of a Vtiger CRM, so that people see
and receive it with their own. Run it as often as you like: each row counts once."""

import csv
import io
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.logins.importing import ForeignLogin, Imported, import_logins
from privacy.connectors.database import Database, url_from
from privacy.connectors.vtiger.address_book import AddressBook
from privacy.connectors.vtiger.login_history import (
    Reading,
    addresses_from_csv,
    addresses_of,
    from_csv,
    from_database,
    zone_of,
)
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.kernel.private_file import private_file
from privacy.personal_data.contract import HandlerUnavailable

SHOWN = 10


class Command(BaseCommand):
    help = "Import the login history of a Vtiger CRM, from an export or from its database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--csv", default="", metavar="FILE", help="an export of vtiger_loginhistory with its column names"
        )
        parser.add_argument(
            "--url-env", default="", metavar="NAME", help="the variable with the URL of the CRM's database"
        )
        parser.add_argument(
            "--source", default="vtiger", help="the key under which the CRM is connected (default: vtiger)"
        )
        parser.add_argument(
            "--users", default="", metavar="FILE", help="with --csv: an export of vtiger_users (user_name, email1)"
        )
        parser.add_argument("--portal", action="store_true", help="read vtiger_portalinfo, the logins of customers")
        parser.add_argument(
            "--time-zone", default="UTC", help="in which the CRM's database keeps its times (default: UTC)"
        )
        parser.add_argument(
            "--unknown", default="", metavar="FILE", help="write the user names that lead to nobody there"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, csv: str, url_env: str, source: str, dry_run: bool, **options: Any) -> None:
        if bool(csv) == bool(url_env):
            raise CommandError("Give --csv FILE, or --url-env with the name of a variable.")
        try:
            reading = Reading("portal" if options["portal"] else "staff", zone_of(options["time_zone"]))
            logins, addresses = _sources(csv, url_env, reading, options["users"])
            with closing(AddressBook(addresses)) as book:
                done = import_logins(
                    source=source,
                    logins=logins,
                    address_of=str if reading.table == "portal" else book,  # there a name is an address
                    actor=OPERATOR,
                    now=clock.now(),
                    is_dry_run=dry_run,
                )
            if options["unknown"]:
                _write_strange(Path(options["unknown"]), done)
        except HandlerUnavailable as error:
            raise CommandError(f"The CRM's database cannot be read: {error}. What was imported so far stays.") from None
        except DomainError as error:
            raise CommandError(error.message) from None
        self._say(done, reading, options["unknown"], is_dry_run=dry_run)

    def _say(self, done: Imported, reading: Reading, unknown: str, *, is_dry_run: bool) -> None:
        would = "would be " if is_dry_run else ""
        self.stdout.write(
            f"{done.read} logins read: {done.added} {would}added, {done.known} known already, {done.ended} "
            f"{would}given the end that was missing, {done.left_out} left out under {len(done.strange)} user names, "
            f"{len(reading.unreadable)} rows unreadable."
        )
        if reading.unreadable:
            self.stdout.write(f"  unreadable: {', '.join(reading.unreadable[:SHOWN])}")
        if done.unlisted:
            self.stdout.write(f"  {done.unlisted} of them under further names, which are not listed.")
        if done.strange:
            hint = f"their names stand in {unknown}" if unknown else "name them with --unknown FILE"
            self.stdout.write(f"  Nobody was guessed: {hint}. Give --users, or identifiers of the form SOURCE:NAME.")


def _sources(
    file: str, url_env: str, reading: Reading, users: str
) -> tuple[Iterator[ForeignLogin], Iterable[tuple[str, str]]]:
    """The rows, and the users with their addresses. The portal's customers need none."""
    if file:
        return from_csv(Path(file), reading), addresses_from_csv(Path(users)) if users else ()
    database = Database(url_from(url="", url_env=url_env))
    return from_database(database, reading), () if reading.table == "portal" else addresses_of(database)


def _write_strange(path: Path, done: Imported) -> None:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["user_name", "why", "rows"])
    lines.writerows([name, why.value, rows] for (name, why), rows in sorted(done.strange.items()))
    with private_file(path) as (out, keep):
        out.write(text.getvalue().encode())
        out.flush()
        keep()

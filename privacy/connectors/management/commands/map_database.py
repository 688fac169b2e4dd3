"""`manage.py map_database URL`: draft a systems file for a database, to read, mend and `connect`."""

from argparse import ArgumentParser
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from privacy.connectors.database import Database, clean_url, url_from
from privacy.connectors.drafting import draft_map
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import HandlerUnavailable

HEAD = """# A draft made from the schema; no row was read. What has `confirm:` is a guess, with how sure it is and why.
# `manage.py connect` refuses it until a person has decided each and deleted that line. Before that:
#  - mend the categories; what is system.operations is neither shown as personal nor erased
#  - say whose data a table holds: data_subjects: [customer] or [employee]
#  - drop references that lead from one person to another
#  - write what to erase and what to retain, with its ground
"""


class Command(BaseCommand):
    help = "Draft a data map from a database's schema. $NAME as URL reads it from the variable NAME."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "url",
            help="sqlite:, postgresql:, mysql:, mariadb: or another dialect's URL, or $NAME of a variable",
        )
        parser.add_argument("--key", default="system", help="the key of the system")

    def handle(self, *args: Any, url: str, key: str, **options: Any) -> None:
        try:
            address = url_from(url="", url_env=url[1:]) if url.startswith("$") else clean_url(url)
            draft = draft_map(Database(address), key=key)
        except (DomainError, HandlerUnavailable) as error:
            raise CommandError(f"{error}") from None
        self.stdout.write(HEAD + yaml.safe_dump(draft, sort_keys=False, allow_unicode=True), ending="")

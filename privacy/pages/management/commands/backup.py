"""`manage.py backup FOLDER`: database and files as they are now, while everything runs. Without the keys."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.pages.backing_up import make_backup


class Command(BaseCommand):
    help = "Back up database and files into a new folder below FOLDER. The act is audited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made = make_backup(into=folder, actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{made}\nThe keys file is NOT in it. Without KEPT_KEYS_FILE the backup cannot be read:")
        self.stdout.write("keep a copy of that file in another place, and let KEPT_EVIDENCE have a copy of its own.")

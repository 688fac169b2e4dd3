"""`manage.py restore FOLDER`: put a backup in the place of the database. It starts in quarantine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.pages.backing_up import restore_backup


class Command(BaseCommand):
    help = "Restore a backup. Stop every process of Kept first."
    requires_system_checks: list[str] = []  # the database may be empty or damaged

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--force", action="store_true", help="although a worker was seen within a minute")

    def handle(self, *args: Any, folder: Path, force: bool, **options: Any) -> None:
        try:
            for sentence in restore_backup(folder=folder, now=clock.now(), is_forced=force):
                self.stdout.write(sentence)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write("Now run, in this order: migrate, replay_erasures, verify_ledger, doctor.")

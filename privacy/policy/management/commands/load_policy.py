"""`manage.py load_policy FILE [--publish]`: check a policy file and load it as a draft.

The first file of an installation is published at once. A file whose content is there already
changes nothing; a published version is never overwritten.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.policy.services import Outcome, load_policy, publish_policy

SAYS = {
    Outcome.FIRST: "is published as the first version",
    Outcome.DRAFTED: "is loaded as a draft",
    Outcome.REPLACED: "replaced the draft of that date",
    Outcome.UNCHANGED: "is there already, nothing changed",
}


class Command(BaseCommand):
    help = "Check a policy file and load it as a draft; the first one is published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the YAML file, or - for standard input")
        parser.add_argument("--publish", action="store_true", help="publish it after loading")

    def handle(self, *args: Any, file: str, publish: bool, **options: Any) -> None:
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read ({type(error).__name__}). Give a UTF-8 text file.") from None
        try:
            loaded = load_policy(text=text, actor=OPERATOR, now=clock.now())
            self.stdout.write(f"The policy of {loaded.version.effective_on} {SAYS[loaded.outcome]}.")
            if publish and not loaded.version.is_published:
                publish_policy(version=loaded.version, actor=OPERATOR, now=clock.now())
                self.stdout.write(f"The policy of {loaded.version.effective_on} is published.")
        except DomainError as error:
            raise CommandError(error.message) from None

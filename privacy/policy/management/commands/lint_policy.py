"""`manage.py lint_policy [FILE] [--strict]`: what of a policy tricks people, with the mend of each.

Reads the version in force where no file is named. Exits 1 where something is refused; with --strict also
where something is only warned of.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel.errors import DomainError
from privacy.policy.document import PolicyDocument
from privacy.policy.lint import RULES, Severity, lint
from privacy.policy.loading import parse_policy
from privacy.policy.selectors import current_version, document_of


class Command(BaseCommand):
    help = "Say what of a policy tricks people, and how to mend it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="", help="a YAML file, or - for standard input")
        parser.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
        parser.add_argument("--rules", action="store_true", help="list every rule instead")

    def handle(self, *args: Any, file: str, strict: bool, rules: bool, **options: Any) -> None:
        if rules:
            for rule in RULES.values():
                self.stdout.write(f"{rule.severity} {rule.code} ({rule.standard}): {rule.explanation} {rule.mend}")
            return
        found = lint(self._read(file))
        for each in found:
            self.stdout.write(str(each))
        refused = sum(each.severity is Severity.REFUSE for each in found)
        self.stdout.write(f"{refused} refused, {len(found) - refused} warned of.")
        if refused or (strict and found):
            sys.exit(1)

    def _read(self, file: str) -> PolicyDocument:
        try:
            if not file:
                return document_of(current_version())
            return parse_policy(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read ({type(error).__name__}). Give a UTF-8 text file.") from None
        except DomainError as error:
            raise CommandError(error.message) from None

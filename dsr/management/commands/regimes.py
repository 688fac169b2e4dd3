"""`manage.py regimes`: the laws that requests are counted by, as the page of the documentation."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.regimes_table import regimes_page

PAGE = settings.BASE_DIR / "docs" / "regimes.md"


class Command(BaseCommand):
    help = "Print the laws that requests are counted by; --write keeps them in docs/regimes.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/regimes.md")
        parser.add_argument("--check", action="store_true", help="fail where docs/regimes.md differs")

    def handle(self, *args: Any, **options: Any) -> None:
        text = regimes_page()
        if options["write"]:
            PAGE.write_text(text, encoding="utf-8")
        elif options["check"]:
            if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
                raise CommandError("docs/regimes.md differs. Run `manage.py regimes --write`.")
            self.stdout.write("docs/regimes.md is what counts.")
        else:
            self.stdout.write(text)

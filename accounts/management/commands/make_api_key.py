"""`manage.py make_api_key LABEL`: a key for a partner system, printed once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.api_keys import SCOPES, make_api_key
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Make a key for a partner system. It is printed once and cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="what the key is for, such as newsletter-sender")
        parser.add_argument("--scope", action="append", choices=list(SCOPES), help="what it may do")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = make_api_key(
                label=options["label"],
                scopes=" ".join(options["scope"] or ["decisions"]),
                actor=OPERATOR,
                now=clock.now(),
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(key)

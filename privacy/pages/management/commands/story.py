"""`manage.py story EMAIL --right erasure`: the demo's main story in a terminal, for every right."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from dsr.states import Right
from privacy.kernel.errors import DomainError
from privacy.pages.demo.telling import tell
from privacy.pages.people import read_address


class Command(BaseCommand):
    help = "Play a whole request by the demo's people: ask, confirm, decide or prepare, approve, erase, answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose request it is, such as erik.demo@example.com; - reads it")
        parser.add_argument("--right", default="erasure", choices=sorted(Right))

    def handle(self, *args: Any, email: str, right: str, **options: Any) -> None:
        if not settings.KEPT_DEMO:
            raise CommandError("The story plays in demo mode only. Start it with: make run")
        try:
            for number, line in enumerate(tell(email=read_address(email), right=right), start=1):
                self.stdout.write(f"{number}. {line}")
        except User.DoesNotExist:
            raise CommandError("The demo's people are not here. Start it with: make run") from None
        except DomainError as error:
            raise CommandError(error.message) from None

"""`manage.py rotate_api_key LABEL`: the next key of a partner system, printed once; the old one ends after a while."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.api_keys import rotate_api_key
from accounts.models import ApiKey
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Make the next key of a system. Both work until the old one ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="as it was given to make_api_key")
        parser.add_argument("--overlap-hours", type=int, default=72, help="how long the old key goes on (72)")

    def handle(self, *args: Any, label: str, overlap_hours: int, **options: Any) -> None:
        key = ApiKey.objects.filter(label=label).first()
        if key is None:
            raise CommandError("There is no key with this label.")
        try:
            fresh = rotate_api_key(key=key, overlap=dt.timedelta(hours=overlap_hours), actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(fresh)

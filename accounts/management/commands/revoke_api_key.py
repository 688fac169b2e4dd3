"""`manage.py revoke_api_key LABEL`: a partner system may not ask any more, from now on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.api_keys import revoke_api_key
from accounts.models import ApiKey
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "End a key. Questions that come with it are refused at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="as it was given to make_api_key")

    def handle(self, *args: Any, label: str, **options: Any) -> None:
        key = ApiKey.objects.filter(label=label).first()
        if key is None:
            raise CommandError("There is no key with this label.")
        try:
            revoke_api_key(key=key, actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write("The key is revoked.")

"""`manage.py role EMAIL ROLE [--take]`: who works here, and as what."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.roles import give_role, take_role
from privacy.kernel import clock, identifiers
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Give a user who signed up a role (Agents, Legal, Operators), or take it away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person signed up with; - reads it from standard input")
        parser.add_argument("role")
        parser.add_argument("--take", action="store_true", help="take the role away")

    def handle(self, *args: Any, email: str, role: str, take: bool, **options: Any) -> None:
        try:
            address = identifiers.normalize("email", sys.stdin.readline().strip() if email == "-" else email)
            user = User.objects.filter(email=address).first()
            if user is None:
                raise CommandError("Nobody signed up with this address. Let the person sign up first.")
            (take_role if take else give_role)(user=user, role=role, actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"The role {role} is {'taken away' if take else 'given'}.")

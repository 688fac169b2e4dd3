"""`manage.py consent_state EMAIL [--at TIME] [--json]`: what a person allowed at a moment. The act is audited."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import find_subjects
from consent.api.state import as_json, read_moment, read_state
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Show what a person allowed at a moment, replayed from the events. The act is audited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's address; - reads it from standard input")
        parser.add_argument(
            "--at", default="", help="the moment with its zone, as 2026-01-31T12:00:00Z; now if left out"
        )
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        email = sys.stdin.readline().strip() if options["email"] == "-" else options["email"]
        try:
            at = read_moment(options["at"], now)
            state = read_state(find_subjects("email", email), at, actor=OPERATOR, now=now)
        except DomainError as error:
            raise CommandError(error.message) from None
        found = as_json(state, at)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        for person in found["people"]:
            self.stdout.write(f"{at:%Y-%m-%d %H:%M:%S} UTC, policy of {person['notice_version'] or 'no day'}")
            for one in person["purposes"]:
                where = f" ({one['channel']})" if one["channel"] else ""
                since = f", since {one['since']}" if one["since"] else ""
                self.stdout.write(f"  {one['purpose']}{where}: {one['decision']}, {one['reason']}{since}")

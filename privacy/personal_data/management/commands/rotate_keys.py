"""`manage.py rotate_keys`: seal anew what an older key sealed, and say when that key may go."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.keyring import keyring
from privacy.personal_data.rekeying.services import count_old, may_go_on, rotate_keys


class Command(BaseCommand):
    help = "Seal everything under the key in use; may be stopped and run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what hangs on an older key")

    def handle(self, *args: Any, **options: Any) -> None:
        ring = keyring()
        others = [key for key in ring.keys if key != ring.primary]
        if not options["check"]:
            found = rotate_keys(actor=OPERATOR, now=clock.now(), tell=self.stdout.write)
            self.stdout.write(f"{sum(found.done.values())} values are under {ring.primary} now.")
        left = count_old()
        if left:
            lines = "".join(f"\n  {label}: {count}" for label, count in left.items())
            raise CommandError(
                f"{sum(left.values())} values are not under {ring.primary}:{lines}\nRun it again once every machine "
                "has the new file. What cannot be read then was sealed under a key that is gone, or was altered."
            )
        self.stdout.write(f"Everything is under {ring.primary}.")
        day = may_go_on()
        if others and day:
            self.stdout.write(
                f"{', '.join(others)} may go on {day:%Y-%m-%d}: until then links in older mails need it. Then: "
                f"python -m privacy.make_keys FILE --drop {others[0]}"
            )

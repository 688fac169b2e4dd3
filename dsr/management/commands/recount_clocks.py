"""`manage.py recount_clocks`: count every open request again after a rule or a calendar changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dsr.models import SubjectRequest
from dsr.services.recounting import changes_of, recount_all
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR


class Command(BaseCommand):
    help = "Count every open request again; rows are added only where a count came out otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which dates would change")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dry_run"]:
            looked_at, added = recount_all(actor=OPERATOR, now=clock.now())
            self.stdout.write(f"{looked_at} open requests looked at, {added} counts added. Earlier counts stay.")
            return
        cases = changed = 0
        for case in SubjectRequest.objects.filter(state__in=OPEN).order_by("safe_on", "id").iterator(chunk_size=500):
            cases += 1
            for one in changes_of(case):
                changed += 1
                self.stdout.write(f"{case.reference} {one.what}: {one.old_due_on or 'new'} → {one.due_on}")
        self.stdout.write(f"{cases} open requests looked at, {changed} dates would change. Nothing was changed.")

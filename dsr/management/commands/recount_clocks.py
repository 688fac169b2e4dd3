"""`manage.py recount_clocks`: count every open request again after a rule or a calendar changed."""

import itertools
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dsr.models import SubjectRequest
from dsr.services.recounting import PAGE, changes_of, recount_all
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
        looked_at = changed = 0
        cases = SubjectRequest.objects.filter(state__in=OPEN).order_by("safe_on", "id").iterator(chunk_size=PAGE)
        while page := list(itertools.islice(cases, PAGE)):
            looked_at += len(page)
            for one in changes_of(page):
                changed += 1
                self.stdout.write(f"{one.case.reference} {one.what}: {one.old_due_on or 'new'} → {one.due_on}")
        self.stdout.write(f"{looked_at} open requests looked at, {changed} dates would change. Nothing was changed.")

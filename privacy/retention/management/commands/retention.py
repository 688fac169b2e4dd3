"""`manage.py retention`: what the rules would dispose of, and letting them.

Without options the rules that are switched on are started; a worker carries them out. A rule acts only
after somebody of legal has seen a dry run of it and switched it on by name.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import DomainError
from privacy.retention.models import DisposalRun
from privacy.retention.selectors import periods_without_rule, rule_of, rules
from privacy.retention.services import disable_rule, dry_run, enable_rule, start_run, stop_run


class Command(BaseCommand):
    help = "Dispose of what has reached the end of its retention period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rule", default="", metavar="CODE", help="only this rule")
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--dry-run", action="store_true", help="count what would go; no row is touched")
        act.add_argument("--enable", metavar="CODE", help="let this rule act every day from now on")
        act.add_argument("--disable", metavar="CODE", help="let this rule act no longer")
        act.add_argument("--stop", metavar="CODE", help="stop the run of this rule at its next chunk")
        parser.add_argument("--by", default="", metavar="EMAIL", help="who decides, for --enable and --disable")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._act(options)
        except DomainError as error:
            raise CommandError(error.message) from None

    def _act(self, options: dict[str, Any]) -> None:
        now = clock.now()
        if code := options["enable"]:
            enable_rule(code=code, actor=_actor(options["by"]), now=now)
            self.stdout.write(f"{code} is switched on: it acts once a day.")
        elif code := options["disable"]:
            disable_rule(code=code, actor=_actor(options["by"]), now=now)
            self.stdout.write(f"{code} is switched off.")
        elif code := options["stop"]:
            stop_run(code=code, actor=OPERATOR, now=now)
            self.stdout.write(f"{code} stops at its next chunk.")
        else:
            for rule in [rule_of(options["rule"])] if options["rule"] else rules():
                self.stdout.write(self._line(rule.code, is_dry=options["dry_run"]))
            if not options["rule"]:
                self._gaps()

    def _line(self, code: str, *, is_dry: bool) -> str:
        try:
            if is_dry:
                return _counts(dry_run(code=code, actor=OPERATOR, now=clock.now()))
            run = start_run(code=code, actor=OPERATOR, now=clock.now())
            return f"{code}: started, everything from before {run.cutoff:%Y-%m-%d %H:%M} UTC goes. A worker does it."
        except DomainError as error:
            return error.message if error.message.startswith(code) else f"{code}: {error.message}"

    def _gaps(self) -> None:
        if gaps := periods_without_rule():
            self.stdout.write("No table here is bound to: " + ", ".join(period.code for period in gaps))


def _counts(run: DisposalRun) -> str:
    if not run.due:
        return f"{run.code}: nothing is due ({run.table}, {run.days} days)."
    span = f"{run.oldest_at:%Y-%m-%d} to {run.newest_at:%Y-%m-%d}"
    kept = f", {run.held} held" if run.held else ""
    return f"{run.code}: {run.due} rows due{kept}, from {span} ({run.table}, {run.action} after {run.days} days)."


def _actor(email: str) -> Actor:
    if not email:
        return OPERATOR
    user = User.objects.filter(email=email.lower(), is_active=True, is_staff=True).first()
    if user is None:
        raise CommandError("--by names no active member of staff.")
    return Actor.staff(user.pk, via="command")

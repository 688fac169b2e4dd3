"""`manage.py doctor [--json]`: whether this installation is ready, line by line, and what to do."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.pages.readiness.contract import Finding, Light, ask
from privacy.pages.readiness.installation import INSTALLATION
from privacy.pages.readiness.mailing import MAILING
from privacy.pages.readiness.people import PEOPLE
from privacy.pages.readiness.running import RUNNING
from privacy.pages.readiness.sharing import check_shared

CHECKS = [*RUNNING[:1], *INSTALLATION, ("shared", "Shared folders", check_shared), *RUNNING[1:], *MAILING, *PEOPLE]


class Command(BaseCommand):
    help = "Look at everything that Kept needs. Exits 1 where a line is red."
    requires_system_checks: list[str] = []  # as Django declares it; doctor says itself what is wrong

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        findings = ask(CHECKS)
        if json:
            self.stdout.write(_as_json(findings))
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        red = [finding.label for finding in findings if finding.light is Light.RED]
        if red:
            raise CommandError(f"Not ready: {', '.join(red)}.")

    def _line(self, finding: Finding) -> str:
        paint = {Light.GREEN: self.style.SUCCESS, Light.YELLOW: self.style.WARNING, Light.RED: self.style.ERROR}
        mend = f"\n       {'':18} {finding.mend}" if finding.mend else ""
        return f"{paint[finding.light](f'{finding.light:6}')} {finding.label:18} {finding.text}{mend}"


def _as_json(findings: list[Finding]) -> str:
    rows = [
        {"code": each.code, "label": each.label, "light": each.light, "text": each.text, "mend": each.mend}
        for each in findings
    ]
    return json.dumps({"ready": all(each.light is not Light.RED for each in findings), "checks": rows}, indent=2)

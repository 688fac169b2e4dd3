"""`manage.py check_eml FILE [--json]`: would mailbox providers accept this mail's one-click unsubscribe?"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.mailing.eml.checking import check_mail
from consent.mailing.eml.findings import Finding, Level
from consent.mailing.eml.signatures import FindKey, key_from_dns, no_dns, record_of

MOST_BYTES = 50 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read a raw mail and report faults of its list headers, its signature and its link (RFC 8058, 2369, 2919). "
        "FILE is an .eml file, - reads standard input. Exits 1 where there is a fault."
    )
    requires_system_checks: list[str] = []  # as Django declares it; no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the raw mail, or - for standard input")
        parser.add_argument("--public-key", metavar="FILE", help="the DKIM key: PEM, or the text of its DNS record")
        parser.add_argument("--no-dns", action="store_true", help="do not ask DNS for the key")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, file: str, public_key: str | None, no_dns: bool, json: bool, **options: Any) -> None:
        findings = check_mail(_read(file), find_key=_finder(public_key, no_dns=no_dns))
        faults = [finding for finding in findings if finding.level is Level.FAULT]
        if json:
            self.stdout.write(_as_json(findings))
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        if faults:
            raise CommandError(f"{len(faults)} faults.")

    def _line(self, finding: Finding) -> str:
        paint = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.FAULT: self.style.ERROR}
        return f"{paint[finding.level](f'{finding.level:8}')} {finding.code:18} {finding.text}"


def _read(file: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"FILE cannot be read ({type(error).__name__}).", returncode=2) from None
    if len(raw) > MOST_BYTES:
        raise CommandError("FILE is larger than any mail server takes.", returncode=2)
    return raw


def _finder(public_key: str | None, *, no_dns: bool) -> FindKey:
    if public_key is None:
        return _no_dns if no_dns else key_from_dns
    try:
        record = record_of(Path(public_key).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise CommandError(
            f"--public-key cannot be used ({type(error).__name__}). Give a PEM file or a DNS record.", returncode=2
        ) from None
    return lambda _name: record


_no_dns = no_dns


def _as_json(findings: list[Finding]) -> str:
    rows = [{"code": one.code, "level": one.level, "text": one.text} for one in findings]
    is_fine = all(one.level is not Level.FAULT for one in findings)
    return json.dumps({"ok": is_fine, "findings": rows}, indent=2)

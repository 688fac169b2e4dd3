"""`manage.py verify_ledger`: prove the evidence, or name the first bad row and exit 1."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.audit.checkpoints import write_checkpoint
from privacy.audit.sealing import seal_pending
from privacy.audit.services import record
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR


class Command(BaseCommand):
    help = "Recompute every evidence row, event, seal and checkpoint; name the first bad one."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        seal_pending(now=now)
        report = verify_ledger(now=now)
        self.stdout.write(
            f"{report.events} events, {report.evidence_rows} evidence rows, {report.seals} seals, "
            f"{report.checkpoints} checkpoints, {report.unsealed} not sealed yet"
        )
        with transaction.atomic():
            record(
                LEDGER_VERIFIED,
                actor=OPERATOR,
                at=now,
                events=report.events,
                seals=report.seals,
                faults=len(report.faults),
            )
        for fault in report.faults:
            self.stdout.write(self.style.ERROR(fault))
        if report.faults:
            sys.exit(1)
        write_checkpoint(now=now)
        self.stdout.write("The log is whole.")

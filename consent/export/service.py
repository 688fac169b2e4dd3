"""Export the evidence of consent: to a file, whole or not at all, and noted in the log before it has its name."""

import datetime as dt
import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from consent.audit_events import EXPORTED
from consent.export.package import ExportSummary, write_export
from consent.export.rows import Scope
from privacy.audit.checkpoints import BrokenCheckpoint
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.private_file import private_file
from privacy.personal_data.selectors import alias_set


def scope_of(first: dt.date, last: dt.date, roots: list[uuid.UUID] | None = None) -> Scope:
    """Whole days of the place where the controller is, the last one included; of these people, or of everybody.

    InvalidInput(until) where the days are the wrong way round.
    """
    if last < first:
        raise InvalidInput("The last day comes before the first. Exchange them.", field="until")
    members = None
    if roots is not None:
        members = tuple(dict.fromkeys(member for root in roots for member in alias_set(root)))
    return Scope(_midnight(first), _midnight(last + dt.timedelta(days=1)), members)


def export_consent(*, out: Path, scope: Scope, actor: Actor, now: dt.datetime) -> ExportSummary:
    """Write the export. Raises InvalidInput(out) for a path that cannot be written, DomainError where the disk is
    full or a checkpoint cannot be read."""
    with private_file(out) as (file, keep):
        try:
            summary = write_export(file, scope, now=now)
        except BrokenCheckpoint as error:
            raise DomainError(f"{error} Run manage.py verify_ledger, and mend that first.", code="broken") from None
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        with transaction.atomic():
            record(
                EXPORTED,
                actor=actor,
                at=now,
                subject_id=scope.subject_ids[0] if scope.subject_ids else None,
                since=clock.canonical(scope.since),
                until=clock.canonical(scope.until),
                events=summary.events,
                sha256=digest,
            )
        keep()
    return summary


def _midnight(day: dt.date) -> dt.datetime:
    return clock.midnight(day, settings.KEPT_TIME_ZONE)

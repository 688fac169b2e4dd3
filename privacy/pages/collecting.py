"""Collect a person's data from every system into a file, and say so in the log."""

import datetime as dt
import hashlib
import os
from pathlib import Path

from django.db import transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.private_file import private_file
from privacy.pages.audit_events import COLLECTED
from privacy.pages.people import require_reason
from privacy.personal_data.contract import Person
from privacy.personal_data.models import CollectedPackage, Subject
from privacy.personal_data.package import PackageSummary, write_package


def collect_package(
    *, person: Person, out: Path, reason: str, actor: Actor, now: dt.datetime, allow_gaps: bool = False
) -> PackageSummary:
    """Write the person's package to `out`, readable by its owner only, whole or not at all.

    Raises DomainError where a system does not answer (unless `allow_gaps`), InvalidInput for a reason or
    a path that cannot be used. The log is written before the file gets its name.
    """
    why = require_reason(reason)
    with private_file(out) as (file, keep):
        summary = write_package(person, file, now=now)
        if summary.silent and not allow_gaps:
            raise DomainError(
                f"{', '.join(summary.silent)} did not answer, so nothing was written. Try again when it does, "
                "or add --incomplete for a package that names the gap.",
                code="system_silent",
            )
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        _note(person, why, summary, digest, actor=actor, now=now)
        keep()
    return summary


@transaction.atomic
def _note(person: Person, reason: str, summary: PackageSummary, digest: str, *, actor: Actor, now: dt.datetime) -> None:
    subject_id = person.subject_ids[0] if person.subject_ids else None
    is_demo = subject_id is not None and Subject.objects.filter(pk=subject_id, is_demo=True).exists()
    row = CollectedPackage.objects.create(
        subject_id=subject_id, reason=reason, rows=summary.rows, digest=digest, created_at=now, is_demo=is_demo
    )
    record(
        COLLECTED,
        actor=actor,
        at=now,
        subject_id=subject_id,
        target=row,
        is_demo=is_demo,
        systems=summary.systems,
        rows=summary.rows,
        sha256=digest,
        is_complete=not summary.silent,
    )

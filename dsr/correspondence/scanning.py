"""The virus scanner looks at what came with a mail after it is sealed: no mail waits for it, and nothing is shown that
it has not looked at (decision 0097)."""

import uuid

from django.conf import settings
from django.db import transaction

from dsr.correspondence.models import Attachment
from dsr.correspondence.services import original_of
from dsr.correspondence.vocabulary import Scanned
from dsr.services.moving import note_history
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.virus_scan import Verdict, verdict_on

SAID = {Verdict.CLEAN: Scanned.CLEAN, Verdict.FOUND: Scanned.FOUND, Verdict.TOO_MUCH: Scanned.TOO_MUCH}
DROPPED = {True: "file_dropped", False: "strange_file_dropped"}


class ScannerSilent(Exception):
    """The scanner did not answer. It is asked again; until then the file is not shown."""


def scan_files(claim: Claim) -> int:
    """Ask about every file of a message that waits; how many were dropped. Raises ScannerSilent.

    The scanner is asked outside of any transaction, and one file after the other: what is settled stays settled.
    """
    dropped = 0
    waiting = Attachment.objects.filter(message=uuid.UUID(str(claim.payload["message"])), scanned=Scanned.WAITS)
    for row in list(waiting.select_related("message__subject_request").order_by("position")):
        said = _verdict(row)
        with transaction.atomic():
            claim.hold()
            _settle(row, said, claim)
        dropped += said is Scanned.FOUND
    return dropped


def _verdict(row: Attachment) -> Scanned:
    if not settings.KEPT_CLAMD:  # taken out of use meanwhile
        return Scanned.NOT_CONFIGURED
    verdict = verdict_on(b"".join(original_of(row)), address=settings.KEPT_CLAMD)
    if verdict is Verdict.SILENT:
        raise ScannerSilent
    return SAID[verdict]


def _settle(row: Attachment, said: Scanned, claim: Claim) -> None:
    """Write it down; where something was found the file goes, by the sweep, and its case says so."""
    row.scanned = said
    if said is not Scanned.FOUND:
        row.save(update_fields=["scanned"])
        return
    row.file, row.file_key, row.why_not = "", "", "virus"
    row.save(update_fields=["scanned", "file", "file_key", "why_not"])
    note_history(
        subject_request=row.message.subject_request,
        kind=DROPPED[row.message.is_theirs],
        actor=SYSTEM,
        now=claim.now,
    )

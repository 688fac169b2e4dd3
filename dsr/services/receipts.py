"""The proof of what was done: counts and hashes, signed and chained to the receipt before it."""

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from dsr.audit_events import RECEIPT
from dsr.models import ReceiptRow, SubjectRequest
from privacy.audit.services import append_evidence
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring
from privacy.kernel.ready import Ready

HASHES = Ready(lambda: ReceiptRow.objects.order_by("-at", "-id").values_list("row_hash", flat=True))


def write_receipt(
    *,
    subject_request: SubjectRequest,
    facts: Mapping[str, Any],
    counts: Mapping[str, int],
    now: dt.datetime,
    plan_digest: str = "",
) -> ReceiptRow:
    """Append a receipt in the caller's transaction. `facts`: what it says, without a word about the person;
    `counts`: systems, removed, anonymized and retained, for the log. Every receipt says until when copies of what
    was erased may lie in backups."""
    ring = keyring()
    body = canonical_json(
        {
            "reference": subject_request.reference,
            "finished_at": now,
            "backups_until": backups_until(now),
            **facts,
        }
    )
    last = HASHES.first()
    receipt = ReceiptRow(
        at=now,
        is_demo=subject_request.is_demo,
        subject_request_id=subject_request.pk,
        plan_digest=plan_digest,
        body=body,
        previous=last or "",
        key_id=ring.primary,
        signature=base64.b64encode(ring.signing_key().sign(body.encode())).decode(),
    )
    return append_evidence(
        receipt, event=RECEIPT, actor=SYSTEM, subject_id=subject_request.subject_id, target=subject_request, **counts
    )


def backups_until(now: dt.datetime) -> dt.date:
    """The day by which the last backup that may hold a copy is gone."""
    return clock.local_date(now, settings.KEPT_TIME_ZONE) + dt.timedelta(days=settings.KEPT_BACKUP_DAYS)

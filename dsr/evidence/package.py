"""Write the evidence of a case: a signed ZIP file with a check that needs Python only."""

import base64
import datetime as dt
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from dsr.audit_events import EVIDENCE_EXPORTED
from dsr.evidence import proofs, rows
from dsr.evidence.readme import readme
from dsr.evidence.searches import searches_of
from dsr.models import HistoryRow, ReceiptRow, SubjectRequest
from dsr.selectors import history_of
from privacy.audit.checkpoints import BrokenCheckpoint, write_checkpoint
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import keyring, public_key_text
from privacy.kernel.shipped import shipped

FORMAT = "kept-case-evidence/1"
VERIFIER = Path(__file__).with_name("verify.py")
IN_MEMORY = 1 << 20


def export_case_evidence(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> IO[bytes]:
    """The evidence as a file without a name, rewound; the act stands in the log before it is handed out.

    Raises DomainError where a checkpoint cannot be read or the disk is full.
    """
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller hands it out and closes it
    try:
        entries = write_case_evidence(out, subject_request, now=now)
        out.seek(0)
        digest = hashlib.file_digest(out, "sha256").hexdigest()
        with transaction.atomic():
            record(
                EVIDENCE_EXPORTED,
                actor=actor,
                at=now,
                subject_id=subject_request.subject_id,
                target=subject_request,
                is_demo=subject_request.is_demo,
                entries=entries,
                sha256=digest,
            )
    except BrokenCheckpoint:
        out.close()
        raise DomainError("A checkpoint cannot be read. Run manage.py verify_ledger, and mend that first.") from None
    except OSError:
        out.close()
        raise DomainError("The disk is full, so nothing was exported. Make room and try again.") from None
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def write_case_evidence(out: Any, case: SubjectRequest, *, now: dt.datetime) -> int:
    """Write everything to a file object; how many entries of the log. Seals what waits first."""
    while seal_pending(now=now):
        pass
    write_checkpoint(now=now)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        box = _Box(archive, now)
        events = proofs.log_of(case)
        entries = list(proofs.entries_with_proofs(events))
        seals, checkpoints = proofs.seals_and_checkpoints(each["proof"]["seal"] for each in entries if each["proof"])
        box.json("case.json", rows.case_row(case))
        box.lines("history.jsonl", (proofs.evidence_row(row) for row in history_of(case)))
        receipts = ReceiptRow.objects.filter(subject_request_id=case.pk).order_by("at", "id")
        box.lines("receipts.jsonl", (proofs.evidence_row(row) for row in receipts))
        for name, part in rows.parts().items():
            box.lines(f"{name}.jsonl", part(case))
        for number, letter in enumerate(rows.letters_of(case), 1):
            box.text(rows.letter_file(number, letter), letter.text)
        box.lines("searches.jsonl", searches_of(case))
        box.lines("log.jsonl", entries)
        box.lines("seals.jsonl", seals)
        box.lines("checkpoints.jsonl", checkpoints)
        ring = keyring()
        keys = [{"kid": name, "x": public_key_text(key)} for name, key in sorted(ring.public_keys().items())]
        box.json("keys.json", {"keys": keys})
        box.text("README.txt", readme(reference=case.reference, base=settings.KEPT_BASE_URL, now=now))
        box.text("verify.py", shipped(VERIFIER))
        _write_manifest(box, case, now)
    return len(entries)


class _Box:
    """The archive, and what was written into it."""

    def __init__(self, archive: zipfile.ZipFile, now: dt.datetime) -> None:
        self._archive, self._stamp = archive, now.astimezone(dt.UTC).timetuple()[:6]
        self.files: dict[str, str] = {}

    def text(self, name: str, text: str) -> None:
        data = text.encode()
        info = zipfile.ZipInfo(name, self._stamp)
        info.external_attr = 0o600 << 16
        self._archive.writestr(info, data, zipfile.ZIP_DEFLATED)
        self.files[name] = hashlib.sha256(data).hexdigest()

    def json(self, name: str, value: Mapping[str, Any]) -> None:
        self.text(name, json.dumps(value, indent=2) + "\n")

    def lines(self, name: str, found: Iterable[Mapping[str, Any]]) -> None:
        """A file with one JSON object a line."""
        self.text(name, "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in found))


def _write_manifest(box: _Box, case: SubjectRequest, now: dt.datetime) -> None:
    ring = keyring()
    manifest = {
        "format": FORMAT,
        "reference": case.reference,
        "made_at": clock.canonical(now),
        "installation": settings.KEPT_BASE_URL,
        "log_fields": list(AuditEvent.HASHED),
        "kinds": {model._meta.label: list(proofs.hashed(model)) for model in (HistoryRow, ReceiptRow)},
        "files": dict(sorted(box.files.items())),
        "key": ring.primary,
    }
    signature = ring.signing_key().sign(canonical_json(manifest).encode())
    box.json("manifest.json", {**manifest, "signature": base64.b64encode(signature).decode()})

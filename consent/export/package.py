"""Write the export: a ZIP file with events, texts, policies, seals, checkpoints, keys and a verifier."""

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from consent.export import rows
from consent.export.readme import readme
from consent.export.rows import Scope
from consent.receipts.signing import public_key_set
from privacy.audit.checkpoints import Checkpoint, read_checkpoints, write_checkpoint
from privacy.audit.models import AuditEvent, Seal
from privacy.audit.raw_rows import PAGE
from privacy.audit.sealing import seal_pending
from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.kernel.shipped import shipped
from privacy.personal_data.models import SubjectAlias
from privacy.policy.models import Notice, PolicyVersion, VersionState

FORMAT = "kept-consent-export/1"
VERIFIER = Path(__file__).with_name("verify.py")


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What stands in the file."""

    events: int
    seals: int
    checkpoints: int
    policies: int


def write_export(out: IO[bytes], scope: Scope, *, now: dt.datetime) -> ExportSummary:
    """Write the whole export to a file object. Seals what waits first, so that nothing is left out.

    BrokenCheckpoint where a checkpoint file cannot be read.
    """
    while seal_pending(now=now):
        pass
    write_checkpoint(now=now)
    newest = Seal.newest()
    last = newest.number if newest else 0  # what is sealed meanwhile is for the next export
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        box = _Box(archive)
        counts = _write_log(box, scope, last)
        seals = box.lines("seals.jsonl", _seals(last))
        checkpoints = box.lines("checkpoints.jsonl", (asdict(one) for one in _checkpoints(last)))
        box.lines("texts.jsonl", _texts())
        policies = _write_policies(box)
        box.lines("aliases.jsonl", _aliases(scope))
        box.text("keys.json", json.dumps(public_key_set(), indent=2))
        box.text("verify.py", shipped(VERIFIER))
        summary = ExportSummary(counts, seals, checkpoints, policies)
        box.text("README.txt", readme(summary, scope, now=now))
        _write_manifest(box, scope, summary, now)
    return summary


class _Box:
    """The archive, and what was written into it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive, self.files = archive, {}  # type: zipfile.ZipFile, dict[str, str]

    def lines(self, name: str, found: Iterable[dict[str, Any]]) -> int:
        """A file with one JSON object a line. Returns how many."""
        count = 0
        with self.open(name) as write:
            for one in found:
                write(_json(one) + "\n")
                count += 1
        return count

    def text(self, name: str, text: str) -> None:
        with self.open(name) as write:
            write(text)

    def open(self, name: str) -> "_Entry":
        return _Entry(self, name)


class _Entry:
    """One file of the archive as it is written, with its hash."""

    def __init__(self, box: _Box, name: str) -> None:
        self._box, self._name, self._digest = box, name, hashlib.sha256()

    def __enter__(self) -> Callable[[str], None]:
        self._file = self._box.archive.open(self._name, "w", force_zip64=True)

        def write(text: str) -> None:
            data = text.encode()
            self._digest.update(data)
            self._file.write(data)

        return write

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._box.files[self._name] = self._digest.hexdigest()


def _write_log(box: _Box, scope: Scope, last: int) -> int:
    """Three files that go together, one after another in the archive: each is a pass over the same entries.
    Returns how many decisions."""
    entries = rows.log_entries(scope, last)
    box.lines("log.jsonl", ({"seal": seal, "place": place, **entry} for seal, place, entry in entries))
    leaves = rows.sealed_leaves(scope, last)
    box.lines("leaves.jsonl", ({"seal": seal, "leaves": found} for seal, found in leaves))
    return box.lines("events.jsonl", rows.evidence_rows(scope, last))


def _seals(upto: int) -> Iterator[dict[str, Any]]:
    names = ("number", "at", "size", "total", "root", "previous", "hash")
    for seal in Seal.objects.filter(number__lte=upto).order_by("number").values(*names).iterator(PAGE):
        yield {**seal, "at": clock.canonical(seal["at"])}


def _checkpoints(upto: int) -> Iterator[Checkpoint]:
    """The last one of every day, and with it the newest: each seal vouches for all before it."""
    last: Checkpoint | None = None
    for point in (one for one in read_checkpoints() if one.number <= upto):
        if last and last.at[:10] != point.at[:10]:
            yield last
        last = point
    if last:
        yield last


def _texts() -> Iterator[dict[str, Any]]:
    found = Notice.objects.filter(version__state=VersionState.PUBLISHED).order_by("version__effective_on", "position")
    for one in found.values("version__effective_on", "purpose__code", "language", "text", "digest").iterator(PAGE):
        yield {
            "policy_on": one["version__effective_on"].isoformat(),
            "purpose": one["purpose__code"],
            "language": one["language"],
            "text": one["text"],
            "digest": one["digest"],
        }


def _write_policies(box: _Box) -> int:
    versions = list(PolicyVersion.objects.filter(state=VersionState.PUBLISHED).order_by("effective_on"))
    for one in versions:
        box.text(f"policies/{one.effective_on.isoformat()}.json", one.document)
    described = (
        {
            "policy_on": one.effective_on.isoformat(),
            "title": one.title,
            "digest": one.digest,
            "material": one.is_material,
            "published_at": clock.canonical(one.published_at) if one.published_at else None,
        }
        for one in versions
    )
    return box.lines("policies.jsonl", described)


def _aliases(scope: Scope) -> Iterator[dict[str, Any]]:
    """Which subject ids stand for one person: ids only."""
    found = SubjectAlias.objects.order_by("created_at", "id")
    if scope.subject_ids is not None:
        found = found.filter(subject_id__in=scope.subject_ids)
    for one in found.values("subject_id", "canonical_id", "created_at").iterator(PAGE):
        yield {
            "subject_id": str(one["subject_id"]),
            "canonical_id": str(one["canonical_id"]),
            "since": clock.canonical(one["created_at"]),
        }


def _write_manifest(box: _Box, scope: Scope, summary: ExportSummary, now: dt.datetime) -> None:
    """What belongs to the export and what each file hashes to, signed."""
    text = json.dumps(
        {
            "format": FORMAT,
            "made_at": clock.canonical(now),
            "since": clock.canonical(scope.since),
            "until": clock.canonical(scope.until),
            "one_person": scope.subject_ids is not None,
            "installation": settings.KEPT_BASE_URL,
            "log_fields": list(AuditEvent.HASHED),
            "kinds": {label: list(rows.hashed(model)) for label, model in rows.kinds().items()},
            "counts": asdict(summary),
            "files": dict(sorted(box.files.items())),
        },
        indent=2,
    )
    ring = keyring()
    signature = ring.signing_key().sign(text.encode()).hex()
    box.text("manifest.json", text)
    box.text("manifest.signature.json", _json({"key": ring.primary, "signature": signature}))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))

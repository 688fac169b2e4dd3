"""Evidence of identity: asked for as the last resort, taken with care, looked at by few, gone after the verdict.

A file lies sealed under a key of its own, and that key under a use of the keyring that nothing else opens. Nobody is
handed the file: it is shown as pictures made anew, and every look is an act.
"""

import datetime as dt
import itertools
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from dsr.identity.audit_events import EVIDENCE_VIEWED
from dsr.identity.levels import Level
from dsr.identity.models import EvidenceFile, EvidenceKind, Verdict
from dsr.identity.selectors import require_may_ask
from dsr.identity.services.raising import raise_level, record_of
from dsr.models import HistoryRow, SubjectRequest
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound, StaleState
from privacy.kernel.keyring import keyring
from privacy.kernel.rendering import render_pages
from privacy.kernel.sealed_store import SealedStore
from privacy.kernel.uploading import checked_upload
from privacy.policy.board import is_on

STORE = SealedStore("identity")
USE = "identity-evidence"  # what its keys are sealed for: no field of the database opens them
MOST_FILES = 5
MOST_PAGES = 20  # shown of one file
AFTER_VERDICT = dt.timedelta(days=3)
WITHOUT_VERDICT = dt.timedelta(days=90)
AT_ONCE = 200


@transaction.atomic
def invite_evidence(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Let the person send a file by the page of the request. DomainError where nothing may be asked."""
    require_may_ask(subject_request)
    if not is_invited(subject_request):
        note_history(subject_request=subject_request, kind="evidence_invited", actor=actor, now=now)


def is_invited(case: SubjectRequest) -> bool:
    """Whether the person was asked for a file, and the case is open."""
    asked = HistoryRow.objects.filter(subject_request_id=case.pk, kind="evidence_invited")
    return case.state in OPEN and asked.exists()


@transaction.atomic
def keep_evidence(
    *, subject_request: SubjectRequest, data: bytes, name: str, kind: str, actor: Actor, now: dt.datetime
) -> EvidenceFile:
    """Take a file. InvalidInput names `file` or `kind`; DomainError where nothing may be asked, or enough is there."""
    if kind not in list(EvidenceKind):
        raise InvalidInput("Choose what the file shows.", field="kind")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    require_may_ask(case)
    if case.evidence_files.filter(destroyed_at=None).count() >= MOST_FILES:
        raise DomainError(f"{MOST_FILES} files lie there already. That is enough.", code="too_many")
    media_type, scanned = checked_upload(data, name=name)
    sealed = STORE.put(data)
    row = EvidenceFile(
        subject_request=case,
        kind=kind,
        media_type=media_type,
        size=sealed.size,
        scanned=scanned,
        file=sealed.file,
        uploaded_at=now,
        uploaded_by=actor.id if actor.kind == "staff" else None,
    )
    row.sealed_key = keyring().seal(sealed.key.encode(), context=str(row.pk), use=USE)
    row.save(force_insert=True)
    note_history(subject_request=case, kind="evidence_received", actor=actor, now=now, detail=kind)
    return row


def sealed_anew(row: EvidenceFile) -> str:
    """Its key under the key in use."""
    ring, context = keyring(), str(row.pk)
    return ring.seal(ring.open(row.sealed_key, context=context, use=USE), context=context, use=USE)


@transaction.atomic
def view_page(*, evidence: EvidenceFile, number: int, actor: Actor, now: dt.datetime) -> bytes:
    """One page as a picture (PNG), from 0. Each look is an act. NotFound for a page or file that is not there."""
    if evidence.destroyed_at or not 0 <= number < MOST_PAGES:
        raise NotFound("This page is not there.")
    record(
        EVIDENCE_VIEWED,
        actor=actor,
        at=now,
        subject_id=evidence.subject_request.subject_id,
        target=evidence,
        is_demo=evidence.subject_request.is_demo,
        page=number,
    )
    page = next(_pages(evidence, number), None)
    if page is None:
        raise NotFound("This page is not there.")
    return page


def _pages(evidence: EvidenceFile, first: int) -> Iterator[bytes]:
    key = keyring().open(evidence.sealed_key, context=str(evidence.pk), use=USE).decode()
    data = b"".join(STORE.read(file=evidence.file, key=key))
    return itertools.islice(render_pages(data, first=first, count=1), 1)


@transaction.atomic
def give_verdict(*, evidence: EvidenceFile, verdict: str, level: str = "", actor: Actor, now: dt.datetime) -> None:
    """Say whether the file showed who asks, and how well. It goes some days later; only the verdict stays.

    InvalidInput names the field; StaleState where there is a verdict already.
    """
    if verdict not in {Verdict.ACCEPTED, Verdict.REJECTED}:
        raise InvalidInput("Accept or reject the file.", field="verdict")
    if verdict == Verdict.ACCEPTED and level not in {Level.V1, Level.V3, Level.V4}:
        raise InvalidInput("Say how sure the file makes us.", field="level")
    rows = EvidenceFile.objects.filter(pk=evidence.pk, verdict=Verdict.OPEN, destroyed_at=None)
    if rows.update(verdict=verdict, verdict_at=now, verdict_by=actor.id) != 1:
        raise StaleState("There is a verdict on this file already.")
    case = evidence.subject_request
    detail = f"{evidence.kind}:{verdict}"
    note_history(subject_request=case, kind="evidence_judged", actor=actor, now=now, detail=detail)
    if verdict == Verdict.ACCEPTED:
        if evidence.kind == EvidenceKind.DECLARATION:
            known = record_of(case)
            known.declared_at = now
            known.save(update_fields=["declared_at"])
        raise_level(subject_request=case, level=Level(level), method=evidence.kind, actor=actor, now=now)


@transaction.atomic
def destroy_evidence(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Let every file go whose verdict is days old, whose case has ended, or that nobody judged for months."""
    over = (
        Q(verdict_at__lte=now - AFTER_VERDICT)
        | Q(subject_request__closed_at__lte=now - AFTER_VERDICT)
        | Q(uploaded_at__lte=now - WITHOUT_VERDICT)
    )
    if not is_on("identity.evidence_goes"):
        return {"destroyed": 0, "swept": 0}
    rows = EvidenceFile.objects.filter(over, destroyed_at=None).select_related("subject_request")
    gone = list(rows.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("uploaded_at")[:AT_ONCE])
    for row in gone:
        STORE.remove(row.file)
        EvidenceFile.objects.filter(pk=row.pk).update(destroyed_at=now, file="", sealed_key="")
        note_history(subject_request=row.subject_request, kind="evidence_destroyed", actor=actor, now=now)
    wanted = set(EvidenceFile.objects.exclude(file="").values_list("file", flat=True))
    return {"destroyed": len(gone), "swept": STORE.sweep(wanted=wanted, now=now)}

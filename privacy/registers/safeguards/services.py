"""Take a document in, and end it. A version never changes: another one takes its place."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.rendering import Kind
from privacy.kernel.uploading import checked_upload
from privacy.registers.safeguards.audit_events import ADDED, ENDED
from privacy.registers.safeguards.models import SafeguardDocument
from privacy.registers.safeguards.selectors import STORE, transfers


def add_document(
    *,
    title: str,
    version: str,
    codes: Sequence[str],
    in_force_on: dt.date,
    data: bytes,
    name: str,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SafeguardDocument:
    """Seal a PDF and put it in the register. `codes`: the transfers of the policy that it protects.

    Raises InvalidInput naming the field, DomainError where the file cannot be kept.
    """
    if not codes or set(codes) - set(transfers()):
        raise InvalidInput("Choose the transfers that it protects.", field="codes")
    kind, _verdict = checked_upload(data, name=name)
    if kind is not Kind.PDF:
        raise InvalidInput("Take in a PDF: that is what people get.", field="file")
    sealed = STORE.put(data)
    try:
        with transaction.atomic():
            row = SafeguardDocument.objects.create(
                title=title,
                version=version,
                transfers=sorted(codes),
                in_force_on=in_force_on,
                file=sealed.file,
                file_key=sealed.key,
                size=sealed.size,
                digest=sealed.digest,
                added_by=actor.id,
                added_at=now,
                is_demo=is_demo,
            )
            record(ADDED, actor=actor, at=now, target=row, is_demo=row.is_demo, sha256=row.digest)
    except BaseException:
        STORE.remove(sealed.file)
        raise
    return row


@transaction.atomic
def end_document(*, row: SafeguardDocument, actor: Actor, now: dt.datetime) -> None:
    """Hand it out no more; it stays, since answers point at it. StaleState where that is so already."""
    if SafeguardDocument.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now) != 1:
        raise StaleState("This document is not handed out any more already.")
    record(ENDED, actor=actor, at=now, target=row, is_demo=row.is_demo)

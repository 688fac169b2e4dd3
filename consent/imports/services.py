"""Imports: taken in, approved, discarded. What they change is listed before, and only that is applied."""

import base64
import datetime as dt

from django.conf import settings
from django.db import transaction

from consent.imports import files
from consent.imports.audit_events import IMPORT_APPROVED, IMPORT_DISCARDED, IMPORT_MADE
from consent.imports.mapping_files import document_of, parse
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.vocabulary import ImportState
from privacy.audit.services import record
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.policy.selectors import current_version

CHECK, APPLY = "imports.check", "imports.apply"
AT_ONCE = 20_000
UNDER_WAY = dt.timedelta(days=1)  # a file without a row is left alone for as long: it may be coming in


def take_in(*, file: files.StoredFile, mapping: str, actor: Actor, now: dt.datetime) -> ConsentImport:
    """Keep an uploaded file and have it read. Where that fails, the file is gone again.

    Raises NotFound for an unknown mapping, InvalidInput(file) for an empty file, NotFound without a policy.
    """
    try:
        document = document_of(mapping)
        parse(document)
        version = current_version()
        if not file.size:
            raise InvalidInput("The file is empty.", field="file")
        with transaction.atomic():
            row = ConsentImport.objects.create(
                mapping=mapping,
                document=document,
                file=file.name,
                file_key=base64.b64encode(file.key).decode(),
                file_digest=file.digest,
                size=file.size,
                encoding=file.encoding,
                policy_on=version.effective_on,
                made_at=now,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
            )
            record(IMPORT_MADE, actor=actor, at=now, target=row, is_demo=row.is_demo, mapping=mapping, size=file.size)
            enqueue(
                CHECK,
                idem_key=f"{CHECK}:{row.pk}",
                payload={"import": str(row.pk)},
                now=now,
                is_demo=row.is_demo,
            )
    except BaseException:
        files.remove(file.name)
        raise
    return row


@transaction.atomic
def approve_import(
    *, consent_import: ConsentImport, digest: str, asks_again: bool = False, actor: Actor, now: dt.datetime
) -> None:
    """Apply exactly what was listed. `digest` is that of the list that was read; `asks_again` also records, for
    people unknown here whom the file calls granted, that they are to be asked.

    StaleState where the import does not wait for approval, the list is another one, or the policy has changed.
    """
    row = ConsentImport.objects.select_for_update().get(pk=consent_import.pk)
    if row.state != ImportState.CHECKED or digest != row.digest:
        raise StaleState("This is not the list that waits for approval. Load the page again.")
    if row.policy_on != current_version().effective_on:
        raise StaleState("The policy has changed since the file was read. Discard this and upload it again.")
    changes = row.lower + (row.ask_again if asks_again else 0)
    if not changes:
        raise DomainError("There is nothing to apply.", code="nothing")
    ConsentImport.objects.filter(pk=row.pk).update(
        state=ImportState.APPLYING, asks_again=asks_again, approved_at=now, approved_by=actor.id
    )
    record(
        IMPORT_APPROVED,
        actor=actor,
        at=now,
        target=row,
        is_demo=row.is_demo,
        digest=row.digest,
        changes=changes,
        asks_again=asks_again,
    )
    enqueue(APPLY, idem_key=f"{APPLY}:{row.pk}", payload={"import": str(row.pk)}, now=now, is_demo=row.is_demo)


@transaction.atomic
def discard_import(*, consent_import: ConsentImport, actor: Actor, now: dt.datetime, reason: str = "person") -> None:
    """Let an import go that was not approved; its file and its list go with it. StaleState where it was."""
    row = ConsentImport.objects.select_for_update().get(pk=consent_import.pk)
    if row.state not in {ImportState.CHECKING, ImportState.CHECKED, ImportState.FAULTY}:
        raise StaleState("This import was approved, or is gone already.")
    forget_file(row)
    ConsentImport.objects.filter(pk=row.pk).update(state=ImportState.DISCARDED, finished_at=now)
    record(IMPORT_DISCARDED, actor=actor, at=now, target=row, is_demo=row.is_demo, reason=reason)


def forget_file(row: ConsentImport) -> None:
    """The key goes with the transaction, the file right after it; what a crash leaves, the sweep takes."""
    name, row.file, row.file_key = row.file, "", ""
    row.save(update_fields=["file", "file_key"])
    transaction.on_commit(lambda: files.remove(name))


def sweep(now: dt.datetime) -> int:
    """Once a day: what waited too long is discarded, the lists of old imports and files without a row go."""
    limit = now - dt.timedelta(days=settings.KEPT_IMPORT_DAYS)
    waiting = ConsentImport.objects.filter(made_at__lt=limit, state__in=[ImportState.CHECKED, ImportState.FAULTY])
    for row in waiting:
        discard_import(consent_import=row, actor=SYSTEM, now=now, reason="too_old")
    over = ConsentImport.objects.filter(
        state__in=[ImportState.APPLIED, ImportState.DISCARDED], finished_at__lt=limit
    ).values("pk")
    discarded = ConsentImport.objects.filter(state=ImportState.DISCARDED).values("pk")
    gone = 0
    for owners in (over, discarded):
        while pks := list(
            ImportChange.objects.filter(consent_import__in=owners).values_list("pk", flat=True)[:AT_ONCE]
        ):
            gone += int(ImportChange.objects.filter(pk__in=pks)._raw_delete("default") or 0)
    known = set(ConsentImport.objects.exclude(file="").values_list("file", flat=True))
    for path in files.folder().glob("*"):
        if path.name not in known and dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < now - UNDER_WAY:
            files.remove(path.name)
    return gone

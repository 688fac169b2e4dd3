"""A package of a person's data that waits to be downloaded: asked for, put together by a job, gone by time.

A person's own is downloaded once, within a week. One that answers a request lies for a month from its
release, through an erasure too, since it is the answer; each download is counted. The file is encrypted
under a key that stands in its row, so that the end of the row makes it unreadable at once; a sweep
removes the file itself.
"""

import base64
import datetime as dt
import json
import os
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, NotFound, StaleState
from privacy.kernel.languages import MAIN
from privacy.kernel.ready import Ready
from privacy.kernel.sealed_file import SealingWriter, new_key, open_sealed
from privacy.kernel.statements import insert
from privacy.personal_data.additions import additions_of
from privacy.personal_data.audit_events import (
    PACKAGE_ASKED,
    PACKAGE_EXPIRED,
    PACKAGE_READY,
    PACKAGE_RELEASED,
    PACKAGE_TAKEN,
)
from privacy.personal_data.contract import Person
from privacy.personal_data.leaks.services import keep_findings, screen_for
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.package import EVERYTHING, Contents, PackageSummary, write_package

GOOD_FOR = dt.timedelta(days=7)
ANSWER_GOOD_FOR = dt.timedelta(days=30)  # from its release
UNRELEASED_FOR = dt.timedelta(days=90)  # longer than any answer may take
MOST_A_DAY = 5  # every package asks every connected system for everything
BUILDING_FOR = dt.timedelta(hours=24)  # a file without a row is left alone for as long: it may be under way
OPEN_STATES = (PackageState.ASKED, PackageState.READY)


@dataclass(frozen=True, slots=True)
class Download:
    """A package on its way out: `chunks` are its plain bytes, to be closed by whoever takes them."""

    package: PreparedPackage
    chunks: "_Outgoing"


def folder() -> Path:
    """Where the sealed files lie."""
    return Path(settings.KEPT_FILES) / "packages"


BUILD = "personal_data.build_package"  # the kind of the job

WhoIs = Callable[[PreparedPackage], Person]
_who_is: dict[str, WhoIs] = {}


def register_person(kind: str, find: WhoIs) -> None:
    """Say how the person of a package is known: of `own` ones, and of those that answer a `case`."""
    _who_is[kind] = find


def ask_for_package(
    *,
    subject_id: uuid.UUID,
    actor: Actor,
    now: dt.datetime,
    case_id: uuid.UUID | None = None,
    contents: Collection[Contents] = EVERYTHING,
    language: str = MAIN,
    is_demo: bool = False,
) -> PreparedPackage:
    """Order a package of a person's data; the one that is open already, if there is one.

    `case_id`: the request that it answers; `contents`: what of it. Raises DomainError after several in one day.
    """
    whose = (subject_id, case_id) if case_id else (subject_id,)
    for pk in _OVER.all(now, *whose):
        _expire(pk, now)
    if found := _STANDING.first(*whose):
        return found
    if len(_SINCE.all(now - dt.timedelta(days=1), *whose)) >= MOST_A_DAY:
        raise DomainError("There were several packages within a day. Ask for the next one tomorrow.", code="too_many")
    try:
        with transaction.atomic():
            package = PreparedPackage(
                subject_id=subject_id,
                case_id=case_id,
                asked_at=now,
                contents=" ".join(sorted(contents)),
                language=language,
                is_demo=is_demo,
            )
            insert(package)
            record(PACKAGE_ASKED, actor=actor, at=now, subject_id=subject_id, target=package, is_demo=is_demo)
            enqueue(
                BUILD,
                idem_key=f"{BUILD}:{package.pk}",
                payload={"package": str(package.pk)},
                now=now,
                is_demo=is_demo,
            )
    except IntegrityError:  # two clicks at once: both get the first
        return _STANDING.get(*whose)
    return package


def _mine(subject: Any, case: Any = None) -> "QuerySet[PreparedPackage]":
    """A person's packages that answer a case, or none."""
    return PreparedPackage.objects.filter(subject_id=subject, case_id=case)


_OVER = Ready(
    lambda now, *whose: _mine(*whose).filter(state=PackageState.READY, ends_at__lte=now).values_list("pk", flat=True)
)
_STANDING = Ready(lambda *whose: _mine(*whose).filter(state__in=OPEN_STATES))
_SINCE = Ready(lambda since, *whose: _mine(*whose).filter(asked_at__gt=since).values_list("pk", flat=True))
_ASKED = Ready(lambda pk: PreparedPackage.objects.filter(pk=pk, state=PackageState.ASKED))
_ASKED_LOCKED = Ready(lambda pk: PreparedPackage.objects.select_for_update().filter(pk=pk, state=PackageState.ASKED))


def build_package(claim: Claim) -> dict[str, int | str]:
    """The job: ask every system, seal the file, and say that it is ready in one transaction."""
    package = _ASKED.first(uuid.UUID(str(claim.payload["package"])))
    if package is None:
        return {"answer": "gone"}
    key = new_key()
    path = folder() / f"{package.pk}-{claim.fence}.sealed"
    is_kept = False
    try:
        with _private(path) as file:
            writer = SealingWriter(file, key=key, context=str(package.pk))
            person = _who_is["case" if package.case_id else "own"](package)
            screen = screen_for(package, person)
            summary = write_package(
                person,
                writer,  # type: ignore[arg-type]  # all that zipfile asks of a file
                now=claim.now,
                contents=[Contents(code) for code in package.contents.split()],
                language=package.language,
                additions=additions_of(package.case_id),
                screen=screen,
            )
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        with transaction.atomic():
            claim.hold()
            found = _ASKED_LOCKED.first(package.pk)
            result: dict[str, int | str] = {"answer": "gone"}  # the person was erased meanwhile
            if found is not None:
                found.file, found.file_key = path.name, base64.b64encode(key).decode()
                found.size, found.digest = writer.size, writer.digest
                _make_ready(found, summary, claim.now)
                keep_findings(package=found, screen=screen, now=claim.now)
                is_kept, result = True, {"rows": summary.rows}
            claim.finish(result)
        return result
    finally:
        if not is_kept or not claim.is_finished:
            path.unlink(missing_ok=True)


def _make_ready(package: PreparedPackage, summary: PackageSummary, now: dt.datetime) -> None:
    package.state, package.ready_at = PackageState.READY, now
    package.ends_at = now + (UNRELEASED_FOR if package.case_id else GOOD_FOR)
    package.rows, package.systems = summary.rows, summary.systems
    package.silent = json.dumps(list(summary.silent))
    package.save()
    record(
        PACKAGE_READY,
        actor=SYSTEM,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        systems=summary.systems,
        rows=summary.rows,
        sha256=package.digest,
        is_complete=not summary.silent,
        found=summary.suspicious,
    )


@transaction.atomic
def release_package(*, package: PreparedPackage, actor: Actor, now: dt.datetime) -> None:
    """Let the person of a case have its package, from now on for a month.

    Raises StaleState where it is not ready or was released before, DomainError where a system is missing in it.
    """
    if json.loads(package.silent):
        raise DomainError("A system did not answer, so this package is not whole. Build it again.", code="not_whole")
    ready = PreparedPackage.objects.filter(pk=package.pk, state=PackageState.READY, released_at=None, ends_at__gt=now)
    if ready.exclude(case_id=None).update(released_at=now, ends_at=now + ANSWER_GOOD_FOR) != 1:
        raise StaleState("This package is not ready, or was released already. Load the page again.")
    record(
        PACKAGE_RELEASED,
        actor=actor,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        sha256=package.digest,
    )


@transaction.atomic
def take_package(*, pk: uuid.UUID, actor: Actor, now: dt.datetime, **whose: uuid.UUID) -> Download:
    """Hand the file out: a person's own once, that of a case whenever it is asked for. Each time is an act.

    `whose` is `subject_id` or `case_id`. An own package's key leaves the database and its name the disk in the
    same act. Raises NotFound for a package of somebody else, StaleState for one that was taken or is over.
    """
    found = PreparedPackage.objects.select_for_update().filter(pk=pk, **whose).first()
    package = _there(found, now, is_of_case="case_id" in whose)
    path, chunks = folder() / package.file, _opened(package)
    if package.case_id:
        package.taken_at = package.taken_at or now
        package.downloads += 1
        package.save(update_fields=["taken_at", "downloads"])
    else:
        _close(package, PackageState.TAKEN, now)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    _note_taken(package, actor, now)
    return Download(package, chunks)


def read_package(*, pk: uuid.UUID, case_id: uuid.UUID, now: dt.datetime) -> Download:
    """The package of a case for a job that makes another file of it. Nothing is counted or noted: only what the job
    keeps is handed out, with `count_package` in the transaction that keeps it, so a try that fails costs no download.

    Raises as `take_package` does.
    """
    package = _there(PreparedPackage.objects.filter(pk=pk, case_id=case_id).first(), now)
    return Download(package, _opened(package))


def count_package(*, pk: uuid.UUID, case_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """What was read of the package of a case is handed out now, in the caller's transaction. Raises as before."""
    package = _there(PreparedPackage.objects.select_for_update().filter(pk=pk, case_id=case_id).first(), now)
    package.taken_at = package.taken_at or now
    package.downloads += 1
    package.save(update_fields=["taken_at", "downloads"])
    _note_taken(package, actor, now)


def _there(package: PreparedPackage | None, now: dt.datetime, *, is_of_case: bool = True) -> PreparedPackage:
    """The package, if it may be handed out now; NotFound or StaleState otherwise."""
    if package is None or bool(package.case_id) != is_of_case:
        raise NotFound("There is no such package.")
    is_there = package.state == PackageState.READY and package.ends_at is not None and package.ends_at > now
    if not is_there or (package.case_id and package.released_at is None):
        raise StaleState("This package was downloaded already or is no longer there. Ask for a new one.")
    if package.case_id and package.downloads >= package.most_downloads:
        raise StaleState("This package was downloaded as often as it may be. Write to us, and we issue it again.")
    return package


def _opened(package: PreparedPackage) -> "_Outgoing":
    try:
        file = (folder() / package.file).open("rb")
    except OSError:
        raise StaleState("The file of this package cannot be read. Ask for a new one.") from None
    return _Outgoing(file, key=base64.b64decode(package.file_key), context=str(package.pk))


def _note_taken(package: PreparedPackage, actor: Actor, now: dt.datetime) -> None:
    record(
        PACKAGE_TAKEN,
        actor=actor,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        sha256=package.digest,
    )


@transaction.atomic
def reissue_package(*, package: PreparedPackage, actor: Actor, now: dt.datetime) -> None:
    """Let the person of a case fetch its package again, as often as before and for another month.

    StaleState where it was not released, or lies there no more.
    """
    released = PreparedPackage.objects.filter(pk=package.pk, state=PackageState.READY, ends_at__gt=now)
    more = PreparedPackage._meta.get_field("most_downloads").default
    if (
        released.exclude(released_at=None).update(ends_at=now + ANSWER_GOOD_FOR, most_downloads=F("downloads") + more)
        != 1
    ):
        raise StaleState("This package was not released, or lies there no more. Load the page again.")
    record(
        PACKAGE_RELEASED,
        actor=actor,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        sha256=package.digest,
    )


@transaction.atomic
def drop_package(*, package: PreparedPackage, actor: Actor, now: dt.datetime) -> None:
    """Give up a package of a case that nobody released, so that another can be built. StaleState where it was."""
    found = PreparedPackage.objects.select_for_update().filter(pk=package.pk, released_at=None).first()
    if found is None or found.case_id is None or found.state not in OPEN_STATES:
        raise StaleState("This package is no longer open. Load the page again.")
    path = folder() / found.file
    is_built = bool(found.file)
    _close(found, PackageState.EXPIRED, now)
    record(PACKAGE_EXPIRED, actor=actor, at=now, subject_id=found.subject_id, target=found, is_demo=found.is_demo)
    if is_built:
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def sweep_packages(*, now: dt.datetime) -> dict[str, int | str]:
    """End what is over, and remove every file that no ready package claims."""
    over = PreparedPackage.objects.filter(state=PackageState.READY, ends_at__lte=now).values_list("pk", flat=True)
    ended = sum(_expire(pk, now) for pk in list(over))
    wanted = set(PreparedPackage.objects.filter(state=PackageState.READY).values_list("file", flat=True))
    removed = 0
    for path in folder().glob("*.sealed"):
        if path.name not in wanted and _is_settled(path, now):
            path.unlink(missing_ok=True)
            removed += 1
    return {"ended": ended, "files": removed}


@transaction.atomic
def _expire(pk: uuid.UUID, now: dt.datetime) -> int:
    rows = PreparedPackage.objects.select_for_update()
    package = rows.filter(pk=pk, state=PackageState.READY, ends_at__lte=now).first()
    if package is None:
        return 0
    path = folder() / package.file
    _close(package, PackageState.EXPIRED, now)
    record(
        PACKAGE_EXPIRED,
        actor=SYSTEM,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
    )
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return 1


def _close(package: PreparedPackage, state: PackageState, now: dt.datetime) -> None:
    package.state, package.file, package.file_key = state, "", ""
    package.taken_at = now if state == PackageState.TAKEN else None
    package.save(update_fields=["state", "file", "file_key", "taken_at"])


def _is_settled(path: Path, now: dt.datetime) -> bool:
    try:
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < now - BUILDING_FOR
    except OSError:
        return False


def _private(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _Outgoing:
    """The plain bytes of a sealed file; the file is closed however the download ends."""

    def __init__(self, file: IO[bytes], *, key: bytes, context: str) -> None:
        self._file, self._chunks = file, open_sealed(file, key=key, context=context)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        self._file.close()

"""A disk that fills up while a package is written: a clear error, nothing half written."""

import io
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.pages import collecting
from privacy.pages.tests.test_operator_commands import Odd
from privacy.personal_data import prepared
from privacy.personal_data.contract import Found, Person, Record, handlers
from privacy.personal_data.models import CollectedPackage, PackageState, PreparedPackage
from privacy.personal_data.package import PackageSummary, write_package
from privacy.testing.disk import full_disk

pytestmark = pytest.mark.django_db
ROOM = 20_000


class Archive(Odd):
    """A system that holds far more about everybody than the disk has room for; it does not compress."""

    key, system, label = "archive", "archive", "Archive"

    def find(self, person: Person) -> list[Found]:
        return [Found("scans", 1)]

    def export(self, person: Person) -> Iterator[Record]:
        yield Record("scans", "user", {"scan": secrets.token_hex(300_000)})


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """A folder for files on a disk that fills up while a package is written."""

    def write(person: Person, out: Any, **more: Any) -> PackageSummary:
        with full_disk(room=ROOM):
            return write_package(person, out, **more)

    monkeypatch.setattr(handlers, "_sources", [lambda: [Archive()]])
    monkeypatch.setattr(prepared, "write_package", write)
    monkeypatch.setattr(collecting, "write_package", write)
    settings.KEPT_FILES = tmp_path
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_job_keeps_no_half_package_and_builds_it_once_there_is_room(
    disk: Path, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = Actor.subject(alice.subject_id, via="account")
    prepared.ask_for_package(subject_id=alice.subject_id, actor=actor, now=clock.now())
    run_until_empty()
    job = Job.objects.get(kind="personal_data.build_package")
    assert (job.state, job.last_error_code) == (JobState.READY, "OSError")  # tried again, and seen by its age
    assert files(disk) == [] and PreparedPackage.objects.get().state == PackageState.ASKED
    monkeypatch.setattr(prepared, "write_package", write_package)
    Job.objects.update(run_after=clock.now().replace(year=2020))
    run_until_empty()
    package = PreparedPackage.objects.get()
    assert package.state == PackageState.READY and [path.name for path in files(disk)] == [package.file]
    assert AuditEvent.objects.filter(type="personal_data.package_ready").count() == 1


def test_the_command_says_what_is_wrong_and_leaves_nothing(
    disk: Path, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = disk / "alice.zip"
    options: dict[str, Any] = {"out": str(out), "reason": "complaint of 3 May", "stdout": io.StringIO()}
    with pytest.raises(CommandError, match="could not be written whole"):
        call_command("collect", "alice@example.com", **options)
    assert files(disk) == [] and CollectedPackage.objects.count() == 0
    monkeypatch.setattr(collecting, "write_package", write_package)
    call_command("collect", "alice@example.com", **options)
    assert zipfile.ZipFile(out).testzip() is None and files(disk) == [out]

"""A person's own package: asked for after proving who one is, built by a job, downloaded once."""

import datetime as dt
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import DomainError
from privacy.pages.tests.test_my_data import silent_system  # noqa: F401  (a fixture)
from privacy.personal_data.contract import Action, Chunk, handlers
from privacy.personal_data.models import CollectedPackage, PackageState, PreparedPackage, Subject
from privacy.personal_data.package import check_package
from privacy.personal_data.prepared import GOOD_FOR, ask_for_package, sweep_packages
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Path:
    folder = settings.KEPT_FILES = tmp_path / "files"
    return folder


def proven(user: User) -> Client:
    """A browser in which the password was given again just now, through the real page."""
    client = signed_in(user)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/my-data/download/"})
    assert answer["Location"] == "/my-data/download/"
    return client


def ordered(user: User) -> tuple[Client, PreparedPackage]:
    client = proven(user)
    client.post("/my-data/download/")
    return client, PreparedPackage.objects.get(subject_id=user.subject_id, state=PackageState.ASKED)


def test_without_a_fresh_proof_every_door_asks_for_the_password(alice: User) -> None:
    client = signed_in(alice)
    package = PreparedPackage.objects.create(subject=alice.subject)
    paths = ["/my-data/download/", f"/my-data/download/{package.pk}/"]
    for answer in [*(client.get(path) for path in paths), client.post(paths[0]), client.post(f"{paths[1]}file/")]:
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    assert PreparedPackage.objects.count() == 1


def test_the_whole_way_from_asking_to_the_file(alice: User, bob: User, files: Path) -> None:
    client, package = ordered(alice)
    page = f"/my-data/download/{package.pk}/"
    assert "We are putting it together" in client.get(page).content.decode()
    run_until_empty()
    (sealed,) = (files / "packages").iterdir()
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert b"alice@example.com" not in sealed.read_bytes() and b"manifest.json" not in sealed.read_bytes()
    assert "It is ready" in client.get(page).content.decode()
    assert "Your package is ready" in client.get("/my-data/").content.decode()
    answer = client.post(f"{page}file/")
    data = answer.getvalue()
    assert answer["Content-Type"] == "application/zip" and int(answer["Content-Length"]) == len(data)
    assert "no-store" in answer["Cache-Control"]
    assert check_package(io.BytesIO(data)) == []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "alice@example.com" in text and "bob@example.com" not in text
    package.refresh_from_db()
    assert (package.state, package.file, package.file_key) == (PackageState.TAKEN, "", "")
    types = list(AuditEvent.objects.filter(target_id=package.pk).order_by("id").values_list("type", flat=True))
    assert types == ["personal_data.package_asked", "personal_data.package_ready", "personal_data.package_taken"]


def test_it_is_downloaded_once_and_never_by_a_link(alice: User) -> None:
    client, package = ordered(alice)
    run_until_empty()
    path = f"/my-data/download/{package.pk}/file/"
    assert client.get(path).status_code == 405
    assert client.post(path).getvalue()[:2] == b"PK"
    second = client.post(path)
    assert second["Location"] == "/my-data/download/"
    assert "downloaded already" in client.get("/my-data/download/").content.decode()
    assert AuditEvent.objects.filter(type="personal_data.package_taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_file_is_gone_after_the_download(alice: User, files: Path) -> None:
    client, package = ordered(alice)
    run_until_empty()
    assert len(list((files / "packages").iterdir())) == 1
    client.post(f"/my-data/download/{package.pk}/file/").close()  # broken off before the first byte
    assert list((files / "packages").iterdir()) == []


def test_nobody_else_sees_or_gets_it(alice: User, bob: User) -> None:
    _, package = ordered(alice)
    run_until_empty()
    other = proven(bob)
    assert other.get(f"/my-data/download/{package.pk}/").status_code == 404
    assert other.post(f"/my-data/download/{package.pk}/file/").status_code == 404
    package.refresh_from_db()
    assert package.state == PackageState.READY


def test_asking_twice_gives_the_same_package_and_five_a_day_are_the_most(alice: User) -> None:
    now = clock.now()
    first = ask_for_package(subject_id=alice.subject_id, actor=SYSTEM, now=now)
    assert ask_for_package(subject_id=alice.subject_id, actor=SYSTEM, now=now) == first
    assert Job.objects.filter(kind="personal_data.build_package").count() == 1
    for _ in range(4):
        PreparedPackage.objects.filter(subject=alice.subject).update(state=PackageState.EXPIRED)
        ask_for_package(subject_id=alice.subject_id, actor=SYSTEM, now=now)
    PreparedPackage.objects.filter(subject=alice.subject).update(state=PackageState.EXPIRED)
    with pytest.raises(DomainError, match="tomorrow"):
        ask_for_package(subject_id=alice.subject_id, actor=SYSTEM, now=now)
    ask_for_package(subject_id=alice.subject_id, actor=SYSTEM, now=now + dt.timedelta(days=1, minutes=1))


@pytest.mark.django_db(transaction=True)
def test_after_its_week_it_is_deleted_unread(alice: User, files: Path) -> None:
    client, package = ordered(alice)
    run_until_empty()
    assert sweep_packages(now=clock.now() + GOOD_FOR - dt.timedelta(minutes=5)) == {"ended": 0, "files": 0}
    assert sweep_packages(now=clock.now() + GOOD_FOR + dt.timedelta(minutes=5))["ended"] == 1
    assert list((files / "packages").iterdir()) == []
    assert "Its time is over" in client.get(f"/my-data/download/{package.pk}/").content.decode()
    assert client.post(f"/my-data/download/{package.pk}/file/").status_code == 302
    package.refresh_from_db()
    assert (package.state, package.file_key) == (PackageState.EXPIRED, "")
    assert AuditEvent.objects.filter(type="personal_data.package_expired", target_id=package.pk).exists()


def test_an_old_package_nobody_swept_cannot_be_had_and_does_not_block_a_new_one(alice: User) -> None:
    client, package = ordered(alice)
    run_until_empty()
    PreparedPackage.objects.filter(pk=package.pk).update(ends_at=clock.now() - dt.timedelta(seconds=1))
    assert client.post(f"/my-data/download/{package.pk}/file/").status_code == 302
    assert "It is ready" not in client.get(f"/my-data/download/{package.pk}/").content.decode()
    client.post("/my-data/download/")
    assert PreparedPackage.objects.filter(subject=alice.subject, state=PackageState.ASKED).count() == 1


def test_an_erasure_makes_the_file_unreadable_and_the_sweep_removes_it(
    alice: User, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.selectors import person_of
    from privacy.personal_data import guards

    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})
    _, package = ordered(alice)
    run_until_empty()
    handler = handlers.get("personal_data.PreparedPackage")
    (plan,) = handler.plan(person_of(alice.subject_id), Action.ERASE, now=clock.now()).tables
    assert handler.apply_chunk(Chunk(plan, plan.keys, idem_key="k", fence=1)).removed == 1
    assert not PreparedPackage.objects.filter(pk=package.pk).exists()  # and with it the only key
    assert sweep_packages(now=clock.now())["files"] == 0  # it could be one that is just being written
    assert sweep_packages(now=clock.now() + dt.timedelta(hours=25))["files"] == 1
    assert list((files / "packages").iterdir()) == []


def test_a_person_erased_while_it_is_built_gets_no_file(alice: User, files: Path) -> None:
    _, package = ordered(alice)
    package.delete()
    run_until_empty()
    assert json.loads(Job.objects.get(kind="personal_data.build_package").result) == {"answer": "gone"}
    assert not (files / "packages").exists() or not list((files / "packages").iterdir())


def test_a_silent_system_is_named_before_the_download(alice: User, silent_system: Any) -> None:  # noqa: F811
    client, package = ordered(alice)
    run_until_empty()
    body = client.get(f"/my-data/download/{package.pk}/").content.decode()
    assert "Did not answer, as the file says too: Customer database." in body
    assert '"is_complete":false' in AuditEvent.objects.get(type="personal_data.package_ready").payload.replace(" ", "")


def test_where_the_files_cannot_be_written_the_page_does_not_pretend(alice: User, settings: Any, files: Path) -> None:
    files.parent.mkdir(exist_ok=True)
    files.write_text("not a folder")
    client, package = ordered(alice)
    run_until_empty()
    assert "We are putting it together" in client.get(f"/my-data/download/{package.pk}/").content.decode()
    Job.objects.filter(kind="personal_data.build_package").update(state="needs_human")
    assert "could not be put together" in client.get(f"/my-data/download/{package.pk}/").content.decode()


def test_notes_about_packages_of_unknown_people_have_an_end(demo_policy: Any) -> None:
    from privacy.retention.selectors import rule_of

    old, now = clock.now() - dt.timedelta(days=200), clock.now()
    unknown = CollectedPackage.objects.create(subject=None, reason="x", rows=1, digest="d", created_at=old)
    CollectedPackage.objects.create(subject=None, reason="x", rows=1, digest="d", created_at=now)
    known = CollectedPackage.objects.create(subject=Subject.objects.create(), rows=1, digest="d", created_at=old)
    rule = rule_of("packages_of_unknown")
    assert list(rule.due(rule.cutoff(now))) == [unknown]
    rule = rule_of("collected_packages")
    assert list(rule.due(rule.cutoff(now))) == []
    assert list(rule.due(rule.cutoff(now + dt.timedelta(days=1000)))) == [known]

"""A person with very many rows: neither the job that builds the package nor the page that hands it out holds them."""

import base64
import tracemalloc
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from accounts.models import LoginEvent, User
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.sealed_file import SealingWriter, new_key
from privacy.pages.tests.test_packages import files, proven  # noqa: F401  (a fixture)
from privacy.personal_data import model_handler
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import GOOD_FOR, ask_for_package, folder
from privacy.testing.cast import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
FEW, MANY = 300, 3_000
BUILDING = 2 << 20  # less than the rows beyond the few would take; a table waits in memory up to a megabyte
HANDING_OUT = 1 << 17


@contextmanager
def peak(of: list[int]) -> Iterator[None]:
    """Note the most memory that Python held inside the block."""
    tracemalloc.start()
    try:
        yield
        of.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def logged_in(email: str, times: int) -> User:
    """Somebody with a long history."""
    user, now = make_user(email), clock.now()
    LoginEvent.objects.bulk_create(
        LoginEvent(subject=user.subject, ip="198.51.100.7", agent=uuid.uuid4().hex, logged_in_at=now, expires_at=now)
        for _ in range(times)
    )
    return user


def lying_there(user: User, size: int) -> PreparedPackage:
    """A package of so many bytes that waits to be downloaded."""
    now, key = clock.now(), new_key()
    package = PreparedPackage(
        subject=user.subject, state=PackageState.READY, ready_at=now, ends_at=now + GOOD_FOR, size=size
    )
    package.file, package.file_key = f"{package.pk}.sealed", base64.b64encode(key).decode()
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / package.file).open("wb") as file:
        writer = SealingWriter(file, key=key, context=str(package.pk))
        writer.write(bytes(size))
        writer.close()
    package.digest = writer.digest
    package.save()
    return package


def test_ten_times_the_rows_need_no_more_memory_to_build() -> None:
    peaks: list[int] = []
    for email, rows in (("warm@example.com", 10), ("few@example.com", FEW), ("many@example.com", MANY)):
        user = logged_in(email, rows)
        actor = Actor.subject(user.subject_id)
        package = ask_for_package(subject_id=user.subject_id, actor=actor, now=clock.now())
        with peak(peaks):
            run_until_empty()
        package.refresh_from_db()
        assert package.state == PackageState.READY and package.rows is not None and package.rows > rows
    assert peaks[2] < peaks[1] + BUILDING, peaks


def test_eight_times_the_file_needs_no_more_memory_to_hand_out(alice: User) -> None:
    peaks: list[int] = []
    client = proven(alice)
    for size in (1 << 16, 1 << 20, 8 << 20):
        package = lying_there(alice, size)
        with peak(peaks):
            assert sum(map(len, client.post(f"/my-data/download/{package.pk}/file/"))) == size
    assert peaks[2] < peaks[1] + HANDING_OUT, peaks


def test_every_row_is_in_it_once_however_many_pages_they_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_handler, "PAGE", 3)
    monkeypatch.setattr(model_handler, "KEYS", 7)
    handler = handlers.get(LoginEvent._meta.label)
    for rows in (2, 3, 4, 10, 17, 18):
        user = logged_in(f"rows{rows}@example.com", rows)
        found = [each.row["agent"] for each in handler.export(Person((user.subject_id,)))]
        pks = LoginEvent.objects.filter(subject=user.subject).order_by("pk").values_list("agent", flat=True)
        assert found == list(pks)

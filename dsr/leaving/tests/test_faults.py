"""Killed midway, run by two at once, no mail server, no room: nothing is lost, nothing leaves twice, no code alone."""

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from dsr.leaving import services
from dsr.leaving.archives import locked_parts
from dsr.leaving.models import Departure
from dsr.leaving.services import KIND, STORE, send_away, sweep_departures
from dsr.leaving.tests.test_leaving import Desk, opened
from dsr.leaving.tests.test_leaving import case as case  # noqa: PLC0414 - the fixture
from dsr.leaving.tests.test_leaving import desk as desk  # noqa: PLC0414 - the fixture
from dsr.models import HistoryRow, Letter, SubjectRequest
from privacy.audit.models import AuditEvent
from privacy.jobs.claiming import claim_job
from privacy.jobs.models import CapturedMail, Job, JobState, OutboxMessage, SendState
from privacy.jobs.tests.test_outbox import Server, raw_of
from privacy.jobs.tests.test_outbox import server as server  # noqa: PLC0414 - the fixture
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState
from privacy.personal_data.models import PreparedPackage

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
DOWN = "smtp://127.0.0.1:9"


class Killed(BaseException):
    """A kill -9 as the database sees it: nothing of ours runs any more."""


@pytest.fixture
def lock(case: SubjectRequest, lena: User) -> Callable[..., Departure]:
    """Have it locked, without a worker."""

    def ask(way: str = "mail", code_by: str = "phone") -> Departure:
        actor = Actor.staff(lena.pk, via="console")
        return send_away(subject_request=case, way=way, code_by=code_by, actor=actor, now=clock.now())

    return ask


def at_once(*acts: Callable[[], Any]) -> list[Exception | None]:
    """Run these in threads of their own, started together; what each raised."""
    gate = threading.Barrier(len(acts))
    raised: list[Exception | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            act()
        except Exception as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def try_again() -> None:
    """The lease of whoever died is over, and the time of the next try has come."""
    Job.objects.exclude(state=JobState.DONE).update(run_after=LONG_AGO)
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=LONG_AGO)
    run_until_empty()


def downloads() -> int:
    return PreparedPackage.objects.get().downloads


def archives(server: Server) -> list[Any]:
    return [mail for mail in server.mails if b"locked.zip" in raw_of(mail)]


def count(kind: str) -> int:
    return HistoryRow.objects.filter(kind=kind).count()


@pytest.mark.parametrize("place", ["while it is locked", "before it is kept", "after it is kept"])
def test_killed_midway_it_is_done_once_by_the_next_worker(
    lock: Callable[..., Departure], desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    row = lock()

    def die(*given: Any, **named: Any) -> Any:
        raise Killed

    def half(*given: Any, **named: Any) -> Iterator[bytes]:
        yield b"PK"
        raise Killed

    place_of = {"while it is locked": ("locked_parts", half), "before it is kept": ("count_package", die)}
    with monkeypatch.context() as broken:
        name, instead = place_of.get(place, ("_mail", die))
        broken.setattr(services, name, instead)
        with pytest.raises(Killed):
            while run_one():  # other jobs may come first
                pass
    row.refresh_from_db()
    assert (row.state, row.file, downloads()) == ("asked", "", 0) and not archives(server)
    assert not AuditEvent.objects.filter(type="personal_data.package_taken").exists()
    try_again()
    (mail,) = archives(server)
    assert mail.rcpt_tos == ["alice@example.com"] and downloads() == 1 and count("package_mailed") == 1
    assert AuditEvent.objects.filter(type="personal_data.package_taken").count() == 1
    assert len(desk.code()) == 29


def test_a_file_that_a_killed_worker_left_is_swept(lock: Callable[..., Departure]) -> None:
    lock("medium")
    run_until_empty()
    left = STORE.put(b"what nobody can read any more")
    assert sweep_departures(now=clock.now())["files"] == 0  # it may be under way
    os.utime(STORE.path / left.file, (0, 0))
    assert sweep_departures(now=clock.now())["files"] == 1
    assert [path.name for path in STORE.path.iterdir()] == [Departure.objects.get().file]


def test_two_workers_with_the_same_job_keep_one_archive(
    lock: Callable[..., Departure], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is thought dead while it locks; both come to the end."""
    lock()
    job = Job.objects.get(kind=KIND)
    first = claim_job(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=LONG_AGO)
    second = claim_job(job_id=job.pk)
    assert first and second
    raised = at_once(lambda: services.lock_archive(first), lambda: services.lock_archive(second))
    assert [type(error).__name__ for error in raised] == ["LostLease", "NoneType"]
    run_until_empty()
    assert len(archives(server)) == 1 and downloads() == 1 and count("package_mailed") == 1
    assert [path.name for path in STORE.path.iterdir()] == [Departure.objects.get().file]


def test_two_clicks_at_once_lock_once(lock: Callable[..., Departure], server: Server) -> None:
    raised = at_once(lock, lock)
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "StaleState"]
    run_until_empty()
    assert Departure.objects.count() == len(archives(server)) == 1
    assert Letter.objects.filter(kind="package_way").count() == 1


def test_of_two_who_ask_for_the_code_one_reads_it(
    lock: Callable[..., Departure], case: SubjectRequest, lena: User, nora: User
) -> None:
    row, seen = lock("medium", "phone"), []
    run_until_empty()

    def show(user: User) -> Callable[[], None]:
        which = {"departure": row.pk, "case": case, "actor": Actor.staff(user.pk), "now": clock.now()}
        return lambda: seen.append(services.show_code(**which))  # type: ignore[arg-type]  # one dict of several types

    raised = at_once(show(lena), show(nora))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "StaleState"]
    assert len(seen) == count("package_code_shown") == 1


def test_of_two_who_tick_the_post_the_code_leaves_once(lock: Callable[..., Departure], desk: Desk) -> None:
    lock("medium", "mail")
    run_until_empty()
    b"".join(desk.act("archive").streaming_content)
    at_once(lambda: desk.act("posted"), lambda: desk.act("posted"))
    run_until_empty()
    assert OutboxMessage.objects.filter(template="dsr.package_code").count() == count("package_posted") == 1
    assert len([mail for mail in CapturedMail.objects.all() if mail.subject.startswith("The code for your data")]) == 1


def test_no_code_before_the_mail_server_has_the_archive(
    lock: Callable[..., Departure], desk: Desk, server: Server, settings: Any
) -> None:
    up, settings.KEPT_SMTP_URL = settings.KEPT_SMTP_URL, DOWN
    lock()
    run_until_empty()
    assert Departure.objects.get().state == "ready" and not archives(server)
    assert "waits for the mail server" in desk.page() and "Show the code" not in desk.page()
    assert "No code without its package" in desk.browser.get(desk.act("code").headers["Location"]).content.decode()
    assert Departure.objects.get().code and not count("package_code_shown")
    settings.KEPT_SMTP_URL = up
    for _ in range(3):
        try_again()
    assert len(archives(server)) == 1 and "Show the code, once" in desk.page()
    (attached,) = [part for part in _parts(archives(server)[0]) if part.get_filename()]
    assert "manifest.json" in opened(attached.get_content(), desk.code())


def _parts(mail: Any) -> list[Any]:
    return list(message_from_bytes(raw_of(mail), policy=policy.default).walk())


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        ("554 never", SendState.GIVEN_UP, "was refused by the mail server"),
        ("drop", SendState.UNCERTAIN, "is uncertain"),
    ],
)
def test_a_mail_that_did_not_arrive_gives_no_code_and_is_seen(
    lock: Callable[..., Departure], desk: Desk, server: Server, answer: str, state: str, says: str
) -> None:
    server.answer = answer
    lock()
    run_until_empty()
    assert OutboxMessage.objects.get(template="dsr.package_archive").state == state
    try_again()
    assert len(archives(server)) == 1  # not sent again by itself
    assert says in desk.page() and "Show the code" not in desk.page()
    refused = desk.browser.get(desk.act("code").headers["Location"]).content.decode()
    assert "No code without its package" in refused and Departure.objects.get().code
    server.answer = "250 OK"
    desk.lock("mail", "phone")  # the way out: locked again, under another code
    assert len(archives(server)) == 2 and len(desk.code()) == 29


def test_the_code_of_a_medium_waits_for_the_mail_server_and_comes_once(
    lock: Callable[..., Departure], desk: Desk, server: Server, settings: Any
) -> None:
    up, settings.KEPT_SMTP_URL = settings.KEPT_SMTP_URL, DOWN
    lock("medium", "mail")
    run_until_empty()
    b"".join(desk.act("archive").streaming_content)
    desk.act("posted")
    run_until_empty()
    assert "The mail with the code waits for the mail server" in desk.page()
    settings.KEPT_SMTP_URL = up
    for _ in range(3):
        try_again()
    assert len([mail for mail in server.mails if b"The code for your data" in raw_of(mail)]) == 1
    assert "The mail with the code was accepted by the mail server" in desk.page()


def test_a_full_disk_costs_nothing_and_is_seen(
    lock: Callable[..., Departure], desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = lock()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("privacy.kernel.sealed_store.os.fsync", full)
        for _ in range(12):  # more tries than downloads, and than a job has
            try_again()
    row.refresh_from_db()
    job = Job.objects.get(kind=KIND)
    assert (row.state, row.file, downloads()) == ("asked", "", 0) and not list(STORE.path.iterdir())
    assert job.state == JobState.NEEDS_HUMAN and job.last_error_code == "DomainError"
    assert "It could not be locked" in desk.page() and not archives(server)
    assert desk.act("code").status_code == 302 and not count("package_code_shown")
    desk.lock("mail", "phone")  # there is room again
    assert len(archives(server)) == 1 and downloads() == 1 and len(desk.code()) == 29


def test_a_package_that_ended_meanwhile_ends_it_once(
    lock: Callable[..., Departure], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, real = lock(), locked_parts

    def slow(*given: Any, **named: Any) -> Iterator[bytes]:
        yield from real(*given, **named)
        PreparedPackage.objects.update(state="expired", file="", file_key="")

    monkeypatch.setattr(services, "locked_parts", slow)
    run_until_empty()
    row.refresh_from_db()
    assert (row.state, row.code) == ("ended", "") and count("package_away_ended") == 1
    assert not archives(server) and not list(STORE.path.iterdir())


def test_what_was_locked_again_while_it_was_locked_leaves_once(
    lock: Callable[..., Departure], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock()
    job, real = Job.objects.get(kind=KIND), locked_parts
    claim = claim_job(job_id=job.pk)
    assert claim

    def slow(*given: Any, **named: Any) -> Iterator[bytes]:
        yield from real(*given, **named)
        if Departure.objects.count() == 1:
            lock("mail", "post")

    monkeypatch.setattr(services, "locked_parts", slow)
    services.lock_archive(claim)
    run_until_empty()
    new, old = Departure.objects.all()
    assert (old.state, new.state) == ("ended", "ready") and len(archives(server)) == 1 and downloads() == 1
    assert [path.name for path in STORE.path.iterdir()] == [new.file]


def test_no_package_no_code(lock: Callable[..., Departure], case: SubjectRequest, tmp_path: Path) -> None:
    row = lock()
    for path in (tmp_path / "files" / "packages").iterdir():
        path.unlink()
    run_until_empty()
    row.refresh_from_db()
    assert (row.state, row.code) == ("ended", "")
    with pytest.raises(StaleState):
        services.show_code(departure=row.pk, case=case, actor=Actor.staff(row.pk), now=clock.now())
    with pytest.raises(DomainError):
        services.tick_posted(departure=row.pk, case=case, actor=Actor.staff(row.pk), now=clock.now())

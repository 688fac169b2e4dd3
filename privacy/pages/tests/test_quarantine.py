"""A restored database does no work until somebody has erased again whom it brought back."""

import datetime as dt
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.audit.checkpoints import newest_checkpoint, write_checkpoint
from privacy.audit.models import AuditEvent, Seal
from privacy.audit.sealing import seal_pending
from privacy.audit.services import record
from privacy.audit.standing import Standing, accept_restore, standing
from privacy.audit.triggers import install_triggers, lift_triggers
from privacy.console.panels import ledger
from privacy.jobs import quarantine
from privacy.jobs.models import Job, JobState
from privacy.jobs.services import enqueue
from privacy.jobs.tasks import wake_worker
from privacy.jobs.worker import Worker
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def evidence_folder(settings: Settings, tmp_path: Path) -> None:
    settings.KEPT_EVIDENCE = tmp_path
    settings.KEPT_JOB_POLL_SECONDS = 1


def event_and_seal(at: dt.datetime) -> None:
    with transaction.atomic():
        record(LEDGER_VERIFIED, actor=OPERATOR, at=at, events=1)
    seal_pending(now=at)


def restored_by(hours: int = 1) -> None:
    """Two seals with a checkpoint each; then the database of before the second comes back."""
    event_and_seal(NOW)
    write_checkpoint(now=NOW)
    event_and_seal(NOW + dt.timedelta(hours=hours))
    assert write_checkpoint(now=NOW + dt.timedelta(hours=hours))
    connection.check_constraints()
    lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_sealmember WHERE seal_id = 2")
        cursor.execute("DELETE FROM audit_seal WHERE number = 2")
        cursor.execute("DELETE FROM audit_auditevent WHERE id = (SELECT max(id) FROM audit_auditevent)")
    connection.check_constraints()
    install_triggers()
    quarantine.look_again()


def due_job() -> Job:
    return enqueue("retention.daily", idem_key="due", payload={}, now=clock.now())


def test_a_database_that_grows_is_level() -> None:
    assert standing() == Standing.LEVEL
    event_and_seal(NOW)
    write_checkpoint(now=NOW)
    event_and_seal(NOW + dt.timedelta(seconds=5))
    assert standing() == Standing.LEVEL
    assert not accept_restore(actor=OPERATOR, now=NOW)


def by_command() -> None:
    with pytest.raises(CommandError, match="replay_erasures"):
        call_command("work", once=True, stdout=io.StringIO())


def by_bell() -> None:
    wake_worker(str(Job.objects.get(idem_key="due").pk))


@pytest.mark.parametrize("door", [by_command, by_bell])
def test_no_door_to_work_opens_until_the_replay_ran(door: Callable[[], None]) -> None:
    restored_by()
    job = due_job()
    assert standing() == Standing.BEHIND
    door()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.READY, 0)
    call_command("replay_erasures", dry_run=True, stdout=io.StringIO())
    quarantine.look_again()
    assert quarantine.is_quarantined()
    out = io.StringIO()
    call_command("replay_erasures", stdout=out)
    assert "back in use" in out.getvalue()
    quarantine.look_again()
    assert standing() == Standing.LEVEL and not quarantine.is_quarantined()
    call_command("work", once=True, stdout=io.StringIO())
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert AuditEvent.objects.filter(type="audit.restore_accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_threads_of_a_worker_stand_still() -> None:
    restored_by()
    job = due_job()
    worker = Worker(threads=1)
    worker.start()
    for _ in range(200):
        if quarantine._Answer.good_until:  # it has looked
            break
        time.sleep(0.1)
    worker.stop()
    assert quarantine._Answer.is_quarantined
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.READY, 0)


def test_a_restored_database_writes_no_checkpoint_that_would_hide_it() -> None:
    restored_by()
    for minutes in range(2, 6):
        event_and_seal(NOW + dt.timedelta(hours=2, minutes=minutes))
    assert Seal.objects.count() > 2
    assert standing() == Standing.FORKED  # it went on along another chain
    assert write_checkpoint(now=NOW + dt.timedelta(hours=3)) is None
    assert standing() == Standing.FORKED
    accept_restore(actor=OPERATOR, now=NOW + dt.timedelta(hours=3))
    seal_pending(now=NOW + dt.timedelta(hours=3))
    assert write_checkpoint(now=NOW + dt.timedelta(hours=4))
    assert standing() == Standing.LEVEL


def test_an_acceptance_holds_for_one_checkpoint_and_must_be_ours(tmp_path: Path) -> None:
    restored_by()
    accept_restore(actor=OPERATOR, now=NOW)
    assert standing() == Standing.LEVEL
    line = (tmp_path / "restores.jsonl").read_text()
    point = newest_checkpoint()
    assert point is not None
    forged = line.replace('"signature": "', '"signature": "A')
    (tmp_path / "restores.jsonl").write_text("{cut off" + "\n" + forged)
    assert standing() == Standing.BEHIND
    (tmp_path / "restores.jsonl").write_text(line.replace(f'"number": {point.number}', f'"number": {point.number + 1}'))
    assert standing() == Standing.BEHIND


def test_the_console_says_why_nothing_happens() -> None:
    assert ledger(clock.now()).figure != "restored"
    restored_by()
    assert ledger(clock.now()).figure == "restored"

"""The verifier names the first bad row, and finds a cut tail and a rewritten chain by checkpoints."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.audit.checkpoints import folder, newest_checkpoint, write_checkpoint
from privacy.audit.models import AuditEvent, Seal, SealMember
from privacy.audit.sealing import overdue_unsealed, seal_pending
from privacy.audit.services import record
from privacy.audit.triggers import install_triggers, lift_triggers
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.line_file import append_line
from privacy.testing.disk import full_disk

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def evidence_folder(settings: Settings, tmp_path: Path) -> None:
    settings.KEPT_EVIDENCE = tmp_path


def events(count: int, at: dt.datetime = NOW) -> None:
    for number in range(count):
        record(LEDGER_VERIFIED, actor=OPERATOR, at=at, events=number)


def sealed(count: int, at: dt.datetime = NOW) -> None:
    events(count, at)
    seal_pending(now=at)


def tamper(sql: str, *values: str | int) -> None:
    connection.check_constraints()  # PostgreSQL alters no table that has checks of this transaction pending
    lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    connection.check_constraints()
    install_triggers()


def first_fault(at: dt.datetime = NOW) -> str:
    return verify_ledger(now=at).faults[0]


def test_an_untouched_log_is_proven() -> None:
    sealed(5)
    sealed(3, NOW + dt.timedelta(seconds=5))
    report = verify_ledger(now=NOW)
    assert report.is_proven and (report.events, report.seals, report.unsealed) == (8, 2, 0)


def test_a_changed_event_is_named() -> None:
    sealed(5)
    third = AuditEvent.objects.order_by("id")[2].pk
    tamper("UPDATE audit_auditevent SET type = 'audit.other' WHERE id = %s", third)
    assert f"Event {third} was altered" in first_fault()


def test_a_changed_event_with_a_fitting_hash_is_named_by_its_seal() -> None:
    sealed(5)
    third = AuditEvent.objects.order_by("id")[2]
    third.type = "audit.other"
    tamper(
        "UPDATE audit_auditevent SET type = %s, row_hash = %s WHERE id = %s", third.type, third.compute_hash(), third.pk
    )
    assert f"Event {third.pk} is not what seal 1 sealed at place 2" in first_fault()


def test_a_deleted_event_is_named() -> None:
    sealed(5)
    third = AuditEvent.objects.order_by("id")[2].pk
    tamper("DELETE FROM audit_auditevent WHERE id = %s", third)
    assert f"Event {third}, place 2 of seal 1, is gone" in first_fault()


def test_a_cut_tail_is_found_only_through_the_checkpoint() -> None:
    sealed(3)
    sealed(3, NOW + dt.timedelta(minutes=2))
    write_checkpoint(now=NOW + dt.timedelta(minutes=2))
    tail = list(SealMember.objects.filter(seal_id=2).values_list("event_id", flat=True))
    tamper("DELETE FROM audit_sealmember WHERE seal_id = 2")
    tamper("DELETE FROM audit_seal WHERE number = 2")
    tamper(f"DELETE FROM audit_auditevent WHERE id >= {min(tail)}")
    assert "its tail was cut" in first_fault()
    next(folder().glob("*.jsonl")).unlink()
    assert verify_ledger(now=NOW).is_proven  # without the checkpoint nothing shows: this is why it exists


def test_a_rewritten_chain_is_found_only_through_the_checkpoint() -> None:
    sealed(3)
    write_checkpoint(now=NOW)
    tamper("DELETE FROM audit_sealmember")
    tamper("DELETE FROM audit_seal")
    tamper("DELETE FROM audit_auditevent")
    sealed(3, NOW + dt.timedelta(seconds=1))
    assert "the chain was rewritten" in first_fault()
    next(folder().glob("*.jsonl")).unlink()
    assert verify_ledger(now=NOW).is_proven


def test_a_forged_checkpoint_and_a_broken_line_are_named() -> None:
    sealed(3)
    write_checkpoint(now=NOW)
    path = next(folder().glob("*.jsonl"))
    line = path.read_text()
    path.write_text(line.replace('"total": 3', '"total": 4'))
    assert "not signed by a key" in first_fault()
    path.write_text(line + "no checkpoint\n")
    assert "line 2 is not a checkpoint" in first_fault()


def test_a_checkpoint_cut_off_by_a_crash_spoils_neither_the_log_nor_the_next_one() -> None:
    sealed(3)
    write_checkpoint(now=NOW)
    path = next(folder().glob("*.jsonl"))
    with path.open("a") as file:
        file.write('{"number": 2, "ha')
    assert verify_ledger(now=NOW).is_proven
    sealed(2)
    later = write_checkpoint(now=NOW + dt.timedelta(minutes=2))
    report = verify_ledger(now=NOW)
    assert later is not None and later.number == 2
    assert report.is_proven and report.checkpoints == 2


def test_a_disk_that_fills_up_leaves_no_half_checkpoint_and_the_next_one_is_written() -> None:
    sealed(3)
    write_checkpoint(now=NOW)
    path = next(folder().glob("*.jsonl"))
    before = path.read_bytes()
    point = newest_checkpoint()
    assert point is not None
    with full_disk(room=len(before) + 40), pytest.raises(OSError, match="too large"):
        append_line(path, "x" * 200)
    assert path.read_bytes() == before and newest_checkpoint() == point
    sealed(2)
    assert write_checkpoint(now=NOW + dt.timedelta(minutes=2)) is not None
    assert verify_ledger(now=NOW).is_proven


def test_an_event_without_a_seal_for_a_minute_is_an_alarm() -> None:
    events(2)
    assert overdue_unsealed(now=NOW + dt.timedelta(seconds=30)) == 0
    assert overdue_unsealed(now=NOW + dt.timedelta(seconds=61)) == 2
    assert "without a seal" in first_fault(NOW + dt.timedelta(seconds=61))


def test_nothing_to_seal_makes_no_seal_and_a_late_commit_is_taken_by_the_next() -> None:
    sealed(2)
    assert seal_pending(now=NOW) is None
    late = AuditEvent.objects.order_by("id").first()
    assert late is not None
    tamper("DELETE FROM audit_sealmember WHERE event_id = %s", late.pk)  # as if it had not been visible
    assert seal_pending(now=NOW) is not None
    assert SealMember.objects.get(event_id=late.pk).seal_id == 2


def test_a_checkpoint_is_written_once_a_minute_and_only_for_a_new_seal() -> None:
    sealed(1)
    assert write_checkpoint(now=NOW) is not None
    sealed(1)
    assert write_checkpoint(now=NOW + dt.timedelta(seconds=20)) is None
    point = write_checkpoint(now=NOW + dt.timedelta(seconds=61))
    assert point is not None and point.number == 2 == Seal.objects.count()
    assert write_checkpoint(now=NOW + dt.timedelta(minutes=9)) is None


def test_the_command_says_whole_and_exits_1_where_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    events(2, clock.now())
    call_command("verify_ledger")
    assert "The log is whole." in capsys.readouterr().out
    tamper("UPDATE audit_auditevent SET via = 'x'")
    with pytest.raises(SystemExit):
        call_command("verify_ledger")

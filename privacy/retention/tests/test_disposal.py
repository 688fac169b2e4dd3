"""Disposal by time: dry run = run, holds stay, kills and doubles change nothing, an odd clock waits."""

import base64
import datetime as dt
import json
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import LoginEvent, User
from privacy.audit.models import AuditEvent
from privacy.jobs.claiming import Claim
from privacy.jobs.models import Job
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.kernel.keyring import keyring
from privacy.personal_data.models import Restriction
from privacy.policy.board import controls_of
from privacy.policy.models import PolicyVersion
from privacy.retention.models import DisposalReceipt, DisposalRun, DisposalState, RuleSwitch
from privacy.retention.rules import clock_is_odd, cutoff_at
from privacy.retention.selectors import rules
from privacy.retention.services import (
    disable_rule,
    dry_run,
    enable_rule,
    place_hold,
    start_due_runs,
    start_run,
    stop_run,
)
from privacy.retention.tests.conftest import CODE, make_old_logins
from privacy.testing.plugin import HOME

pytestmark = pytest.mark.django_db


def run_now(actor: Actor = OPERATOR) -> DisposalRun:
    run = start_run(code=CODE, actor=actor, now=clock.now())
    run_until_empty()
    run.refresh_from_db()
    return run


@pytest.mark.promise(81)
def test_what_a_dry_run_counts_is_what_a_run_removes(
    ines: Actor, alice: User, bob: User, small_chunks: int, capsys: pytest.CaptureFixture[str]
) -> None:
    make_old_logins(alice, 35)
    make_old_logins(bob, 4)
    recent = make_old_logins(alice, 3, days=300)
    place_hold(reason="Matter 1", ground="legal_claims", subject_ids=[bob.subject_id], actor=ines, now=clock.now())
    call_command("retention", "--dry-run", "--rule", CODE)
    assert "39 rows due, 4 held" in capsys.readouterr().out
    assert LoginEvent.objects.count() == 42
    enable_rule(code=CODE, actor=ines, now=clock.now())
    run = run_now()
    assert (run.state, run.due, run.removed, run.held) == (DisposalState.DONE, 39, 35, 4)
    assert set(LoginEvent.objects.filter(subject=alice.subject)) == set(recent)
    assert LoginEvent.objects.filter(subject=bob.subject).count() == 4


def test_the_receipt_is_evidence_signed_and_chained(rule_on: Actor, alice: User) -> None:
    make_old_logins(alice, 5)
    first = run_now()
    make_old_logins(alice, 2)
    run_now()
    receipt, later = DisposalReceipt.objects.order_by("at")
    body = json.loads(receipt.body)
    assert (body["removed"], body["held"], body["days"], body["state"]) == (5, 0, 365, "done")
    keyring().signing_key().public_key().verify(base64.b64decode(receipt.signature), receipt.body.encode())
    assert receipt.row_hash == receipt.compute_hash() and later.previous == receipt.row_hash
    assert AuditEvent.objects.get(evidence_id=receipt.pk).target_id == first.pk
    assert "alice" not in receipt.body and str(alice.subject_id) not in receipt.body


def test_nothing_due_leaves_no_receipt(rule_on: Actor) -> None:
    assert run_now().due == 0
    assert not DisposalReceipt.objects.exists()
    assert AuditEvent.objects.filter(type="retention.run_finished").count() == 1


def test_a_rule_acts_only_when_somebody_named_has_seen_a_dry_run(ines: Actor, mallory: User, alice: User) -> None:
    make_old_logins(alice, 2)
    with pytest.raises(DomainError, match="Not switched on"):
        start_run(code=CODE, actor=OPERATOR, now=clock.now())
    with pytest.raises(DomainError) as error:
        enable_rule(code=CODE, actor=ines, now=clock.now())
    assert error.value.code == "no_dry_run"
    dry_run(code=CODE, actor=ines, now=clock.now())
    for actor in (OPERATOR, SYSTEM, Actor.staff(mallory.pk)):
        with pytest.raises(NotAllowed):
            enable_rule(code=CODE, actor=actor, now=clock.now())
    with pytest.raises(DomainError):
        enable_rule(code=CODE, actor=ines, now=clock.now() + dt.timedelta(days=31))
    enable_rule(code=CODE, actor=ines, now=clock.now())
    with pytest.raises(StaleState):
        enable_rule(code=CODE, actor=ines, now=clock.now())
    disable_rule(code=CODE, actor=ines, now=clock.now())
    assert start_due_runs(now=clock.now()) == {"started": 0, "waiting": 0}
    assert LoginEvent.objects.count() == 2


def test_the_demo_may_switch_a_rule_on_by_itself(demo_policy: PolicyVersion, settings: Settings) -> None:
    settings.KEPT_DEMO = True
    dry_run(code=CODE, actor=SYSTEM, now=clock.now())
    enable_rule(code=CODE, actor=SYSTEM, now=clock.now())
    assert RuleSwitch.objects.get().disabled_at is None


def test_a_shorter_period_needs_another_look(rule_on: Actor, alice: User) -> None:
    make_old_logins(alice, 2)
    RuleSwitch.objects.update(days=400)  # it was switched on when the policy said 400
    with pytest.raises(DomainError, match="became shorter"):
        start_run(code=CODE, actor=OPERATOR, now=clock.now())
    dry_run(code=CODE, actor=rule_on, now=clock.now())
    enable_rule(code=CODE, actor=rule_on, now=clock.now())
    assert run_now().removed == 2


def test_a_restricted_person_is_only_stored(rule_on: Actor, alice: User, bob: User) -> None:
    make_old_logins(alice, 3)
    make_old_logins(bob, 3)
    Restriction.objects.create(subject=alice.subject, ground="accuracy")
    run = run_now()
    assert (run.removed, run.held) == (3, 3)
    assert LoginEvent.objects.filter(subject=alice.subject).count() == 3


def test_a_hold_that_comes_between_two_chunks_is_respected(
    rule_on: Actor, alice: User, small_chunks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old_logins(alice, 25)
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    seen = []

    def place_then_hold(claim: Claim) -> None:
        seen.append(1)
        if len(seen) == 2:
            place_hold(
                reason="M", ground="legal_claims", subject_ids=[alice.subject_id], actor=OPERATOR, now=clock.now()
            )
        hold(claim)

    hold = Claim.hold
    monkeypatch.setattr(Claim, "hold", place_then_hold)
    run_until_empty()
    run.refresh_from_db()
    assert (run.removed, run.held) == (10, 15)
    assert LoginEvent.objects.count() == 15


def test_a_run_that_is_told_to_stop_stops_and_the_next_one_goes_on(
    rule_on: Actor, alice: User, small_chunks: int
) -> None:
    make_old_logins(alice, 25)
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    with pytest.raises(StaleState):
        start_run(code=CODE, actor=OPERATOR, now=clock.now())
    stop_run(code=CODE, actor=rule_on, now=clock.now())
    with pytest.raises(StaleState):
        stop_run(code=CODE, actor=rule_on, now=clock.now())
    run_until_empty()
    run.refresh_from_db()
    assert (run.state, run.removed) == (DisposalState.STOPPED, 0)
    assert run_now().removed == 25
    assert run_now().removed == 0


def test_a_day_brings_one_run_and_an_odd_clock_none(rule_on: Actor, alice: User) -> None:
    make_old_logins(alice, 1, days=10)
    now = clock.now()
    assert start_due_runs(now=now + dt.timedelta(days=1)) == {"started": 1, "waiting": 0}
    assert start_due_runs(now=now + dt.timedelta(days=1)) == {"started": 0, "waiting": 0}
    run_until_empty()
    for odd in (now + dt.timedelta(days=3650), now - dt.timedelta(days=30)):
        assert start_due_runs(now=odd) == {"started": 0, "waiting": 1}
    run_until_empty()
    assert LoginEvent.objects.count() == 1


def test_a_row_is_kept_for_whole_days_where_the_controller_is() -> None:
    late = dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC)  # already 2 March in Kolkata
    assert cutoff_at(late, 365, "Asia/Kolkata") == dt.datetime(2025, 3, 1, 18, 30, tzinfo=dt.UTC)
    assert cutoff_at(late, 365, "UTC") == dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    assert cutoff_at(late, 0, "UTC") == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert not clock_is_odd(late, late - dt.timedelta(days=7))
    assert clock_is_odd(late, late - dt.timedelta(days=9)) and clock_is_odd(late, late + dt.timedelta(days=1))


def test_the_command_says_what_acts_and_what_has_no_table(
    ines: Actor, alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    make_old_logins(alice, 2)
    call_command("retention")
    said = capsys.readouterr().out
    assert "Not switched on" in said and "invoices" in said
    with pytest.raises(CommandError, match="by name"):
        call_command("retention", "--enable", CODE)
    call_command("retention", "--dry-run")
    call_command("retention", "--enable", CODE, "--by", "ines@kept.example")
    call_command("retention", "--rule", CODE)
    assert "started" in capsys.readouterr().out
    call_command("retention", "--rule", CODE)
    assert "under way" in capsys.readouterr().out
    run_until_empty()
    assert not LoginEvent.objects.exists()
    with pytest.raises(CommandError, match="no retention rule"):
        call_command("retention", "--rule", "nonsense")


@pytest.mark.promise(81)
def test_the_control_names_the_switch_then_shows_the_figures(ines: Actor) -> None:
    def state() -> str:
        return next(one.answer().state for one in controls_of(81) if one.code == "retention.schedule")

    assert state() == "not_configured"
    for rule in rules():
        dry_run(code=rule.code, actor=ines, now=clock.now())
        enable_rule(code=rule.code, actor=ines, now=clock.now())
    assert state() == "green"
    RuleSwitch.objects.update(enabled_at=clock.now() - dt.timedelta(days=3))
    assert state() == "red"


KILLED = """
    import os, signal, sys
    import django
    django.setup()
    from privacy.jobs.worker import run_until_empty
    from privacy.personal_data.disposals import Disposable
    from privacy.retention import paging
    paging.ROWS, calls, dispose = 10, [], Disposable.dispose

    def dispose_and_die(self, keys):
        removed = dispose(self, keys)
        calls.append(removed)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)  # deleted, not committed
        return removed

    Disposable.dispose = dispose_and_die
    run_until_empty()
"""


def database_url() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_deletion_and_commit_loses_and_doubles_nothing(
    rule_on: Actor, alice: User, small_chunks: int
) -> None:
    make_old_logins(alice, 47)
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "privacy.settings",
        "DATABASE_URL": database_url(),
        "KEPT_KEYS_FILE": str(HOME / "keys.json"),
    }
    root = Path(__file__).resolve().parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED)],
        env=environment,
        cwd=root,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    run.refresh_from_db()
    assert (run.state, run.removed) == (DisposalState.RUNNING, 20)
    assert LoginEvent.objects.count() == 27
    assert not run_one()  # the dead worker's lease still stands
    Job.objects.update(lease_until=clock.now() - dt.timedelta(seconds=5))
    run_until_empty()
    run.refresh_from_db()
    assert (run.state, run.removed, run.due) == (DisposalState.DONE, 47, 47)
    assert json.loads(DisposalReceipt.objects.get().body)["removed"] == 47


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remove_each_row_once(rule_on: Actor, alice: User, small_chunks: int) -> None:
    make_old_logins(alice, 60)
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    start, failures = threading.Barrier(3), []

    def work() -> None:
        try:
            start.wait()
            run_until_empty()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert not failures
    assert (run.state, run.removed, run.due) == (DisposalState.DONE, 60, 60)
    assert DisposalReceipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_lease_disposes_of_nothing(rule_on: Actor, alice: User, small_chunks: int) -> None:
    from privacy.jobs.claiming import LostLease, claim_job
    from privacy.retention.services import advance_disposal

    make_old_logins(alice, 30)
    start_run(code=CODE, actor=OPERATOR, now=clock.now())
    slow = claim_job()
    assert slow is not None
    Job.objects.update(lease_until=clock.now() - dt.timedelta(seconds=5))
    newer = claim_job()
    assert newer is not None
    with pytest.raises(LostLease):
        advance_disposal(slow)
    assert LoginEvent.objects.count() == 30
    advance_disposal(newer)
    assert not LoginEvent.objects.exists()

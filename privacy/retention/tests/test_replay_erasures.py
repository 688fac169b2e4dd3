"""Whoever was erased stays erased, also after a backup is restored."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Model
from pytest_django.fixtures import Settings

from accounts.models import Identifier, LoginEvent, User
from accounts.selectors import person_of
from accounts.services import add_identifier
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.keyring import Keyring
from privacy.personal_data.contract import Action, Chunk, handlers
from privacy.personal_data.ordering import in_erasure_order
from privacy.policy.board import controls_of
from privacy.retention.journal import journal_erasure
from privacy.retention.services import place_hold, release_hold, replay_erasures
from privacy.retention.tests.conftest import make_old_logins

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def journal(settings: Settings, tmp_path: Path) -> Path:
    settings.KEPT_EVIDENCE = tmp_path
    return tmp_path / "erasure-journal.jsonl"


def erase(user: User) -> None:
    """What a run of an approved erasure does, and its line in the journal."""
    person = person_of(user.subject_id)
    for handler in in_erasure_order():
        for table in handler.plan(person, Action.ERASE, now=clock.now()).tables:
            handler.apply_chunk(Chunk(table, table.keys, idem_key=str(uuid.uuid4()), fence=1))
    journal_erasure(person, scope=str(uuid.uuid4()), now=clock.now())


def backup_of(user: User) -> list[Model]:
    """The person's rows as they stand, ciphertext and all."""
    rows = [*Identifier.objects.filter(subject=user.subject), *LoginEvent.objects.filter(subject=user.subject)]
    return [User.objects.get(pk=user.pk), *rows]


def restore(backup: list[Model]) -> None:
    for row in backup:
        row.save()


def replay(**more: Any) -> Any:
    return replay_erasures(actor=OPERATOR, now=clock.now(), **more)


def is_gone(user: User) -> bool:
    person = person_of(user.subject_id)
    user.refresh_from_db()
    return not person.identities and not user.is_active and not LoginEvent.objects.filter(subject=user.subject).exists()


@pytest.mark.promise(71)
def test_a_restored_person_is_gone_again(alice: User, bob: User, capsys: pytest.CaptureFixture[str]) -> None:
    make_old_logins(alice, 3)
    backup = backup_of(alice)
    erase(alice)
    assert is_gone(alice)
    restore(backup)
    assert not is_gone(alice)
    with pytest.raises(CommandError):
        call_command("replay_erasures", "--dry-run")
    assert not is_gone(alice) and "accounts.LoginEvent 3" in capsys.readouterr().out
    call_command("replay_erasures")
    out = capsys.readouterr().out
    assert is_gone(alice) and "1 of them had come back" in out and "alice" not in out
    bob.refresh_from_db()
    assert bob.is_active and person_of(bob.subject_id).identities
    call_command("replay_erasures")
    assert "0 of them had come back" in capsys.readouterr().out
    events = AuditEvent.objects.filter(subject_id=alice.subject_id, type__startswith="retention.replayed")
    assert events.filter(type="retention.replayed").count() == 1
    assert not events.filter(payload__contains="alice").exists()


def test_a_backup_from_before_a_merge_knows_other_ids_but_the_same_address(alice: User, bob: User) -> None:
    erase(alice)
    # The restored rows carry an older subject, which the journal knows by the address only.
    other = User.objects.create_user("alice@example.com", "x" * 12)
    Identifier.objects.filter(subject=other.subject).delete()
    add_identifier(
        subject=other.subject,
        kind="email",
        value="alice@example.com",
        source="account",
        actor=OPERATOR,
        now=clock.now() - dt.timedelta(days=90),
    )
    assert len(replay().returned) == 1
    assert is_gone(other)


def test_who_signs_up_again_by_their_own_choice_stays(alice: User) -> None:
    erase(alice)
    again = User.objects.create_user("alice@example.com", "x" * 12)
    add_identifier(
        subject=again.subject,
        kind="email",
        value="alice@example.com",
        source="account",
        actor=OPERATOR,
        now=clock.now() + dt.timedelta(minutes=1),
    )
    assert replay().returned == []
    again.refresh_from_db()
    assert again.is_active and person_of(again.subject_id).identities


def test_a_hold_keeps_what_came_back_until_it_is_released(alice: User) -> None:
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    hold = place_hold(
        reason="M", ground="legal_claims", subject_ids=[alice.subject_id], actor=OPERATOR, now=clock.now()
    )
    assert replay().returned == [] and not is_gone(alice)
    release_hold(hold=hold, actor=OPERATOR, now=clock.now())
    assert len(replay().returned) == 1
    assert is_gone(alice)


def test_only_erasures_since_the_backup_are_asked_for(alice: User) -> None:
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    assert replay(since=clock.now() + dt.timedelta(hours=1)).known == 0
    assert replay(since=clock.now() - dt.timedelta(hours=1)).known == 1
    assert is_gone(alice)


def test_a_line_cut_off_by_a_crash_does_not_stop_the_others(alice: User, journal: Path) -> None:
    backup = backup_of(alice)
    erase(alice)
    with journal.open("a") as file:
        file.write('{"scope": "half a li')
    restore(backup)
    assert replay().is_clean and is_gone(alice)


def test_a_line_cut_off_by_a_crash_does_not_swallow_the_erasure_after_it(alice: User, journal: Path) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text('{"scope": "half a li')
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    assert replay().is_clean and is_gone(alice)


def test_a_rotated_key_still_finds_people_and_a_lost_one_is_an_alarm(
    alice: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    old = settings.KEPT_KEYRING
    fresh = "rotated"
    settings.KEPT_KEYRING = Keyring(fresh, {**old.keys, fresh: b"7" * 32})
    assert len(replay(is_dry_run=True).returned) == 1
    call_command("replay_erasures")
    assert is_gone(alice)
    settings.KEPT_KEYRING = Keyring(fresh, {fresh: b"7" * 32})
    with pytest.raises(CommandError, match="a key is missing"):
        call_command("replay_erasures")
    assert any(one.answer().state == "red" for one in controls_of(71) if one.code == "retention.journal")


def test_an_identifier_that_cannot_be_read_is_an_alarm_and_stops_nobody_elses_erasure(alice: User, bob: User) -> None:
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_identifier SET value = 'gone:x' WHERE id = %s", [_key(bob)])
    found = replay()
    assert is_gone(alice) and found.unreadable == 1 and not found.is_clean


def _key(user: User) -> Any:
    key = Identifier.objects.get(subject=user.subject).pk
    return key.hex if connection.vendor == "sqlite" else key


def test_a_kill_in_the_middle_is_mended_by_running_it_again(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old_logins(alice, 3)
    backup = backup_of(alice)
    erase(alice)
    restore(backup)
    handler = handlers.get("accounts.User")

    def die(chunk: Chunk) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(handler, "apply_chunk", die)
        with pytest.raises(KeyboardInterrupt):
            replay()
    assert not is_gone(alice)
    assert replay().is_clean and is_gone(alice)

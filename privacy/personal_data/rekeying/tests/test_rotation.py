"""A new key: everything comes under it, whoever is killed goes on, and the old one can go without losing anything."""

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from accounts.services import add_identifier
from dsr.identity.models import EvidenceFile
from dsr.identity.services.evidence import USE
from privacy.audit.models import AuditEvent
from privacy.connectors.models import ConnectedSystem
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.blind_index import blind_index
from privacy.kernel.fields import EncryptedTextField
from privacy.kernel.keyring import Keyring, UnreadableValue, keyring
from privacy.make_keys import main as make_keys
from privacy.pages.readiness.running import check_keys_in_use
from privacy.personal_data.rekeying import services
from privacy.personal_data.rekeying.columns import keyed_columns
from privacy.personal_data.rekeying.services import count_old, rotate_keys
from privacy.personal_data.tests.filling import Filling
from privacy.testing.installation import Installation, wait_until

pytestmark = pytest.mark.django_db


def next_key(settings: Settings) -> Keyring:
    """The ring with a fresh key in use, as after a restart."""
    old: Keyring = settings.KEPT_KEYRING
    new, ring = old.with_key()
    settings.KEPT_KEYRING = ring.using(new)
    cache.clear()
    return old


def filled() -> Filling:
    """One row of each table of people, with real secrets where they are none of a field."""
    dana = Filling("dana")
    dana.everything()
    row: Any = dana.made["identity.EvidenceFile"]
    row.sealed_key = keyring().seal(b"key of a file", context=str(row.pk), use=USE)
    row.save(update_fields=["sealed_key"])
    device: Any = dana.made["intake.Device"]
    user: Any = dana.made["accounts.User"]
    now = clock.now()
    for kind, value in (("email", "dana@example.com"), ("device", "token-1")):
        add_identifier(subject=dana.subject, kind=kind, value=value, source="form", actor=OPERATOR, now=now)
    device.index = blind_index("device", "token-1")
    device.save(update_fields=["index"])
    for label, column, value in (
        ("dsr.Contact", "email", "dana@example.com"),
        ("accounts.Identifier", "value", "alias@example.com"),
    ):
        each: Any = dana.made[label]
        setattr(each, column, value)
        each.index = blind_index("email", value)
        each.save()
    Authenticator.objects.all().delete()
    TOTP.activate(user, generate_totp_secret())
    ConnectedSystem.objects.create(key="crm", kind="vtiger", secrets='{"access_key": "s3cret"}', digest="x")
    return dana


def test_everything_comes_under_the_new_key_and_the_old_one_can_go(settings: Settings) -> None:
    dana = filled()
    factor = decrypt(Authenticator.objects.get().data["secret"])
    assert count_old() == {} and "one key" in check_keys_in_use()[1]
    old = next_key(settings)
    before = count_old()
    columns = {each.label for each in keyed_columns()}
    assert {"connectors.ConnectedSystem.secrets", "mfa.Authenticator.data"} <= set(before) <= columns
    assert {"accounts.Identifier.index", "intake.Device.index", "dsr.Contact.index"} <= set(before)
    assert "identity.EvidenceFile.sealed_key" in before
    assert check_keys_in_use()[0] == "yellow"
    found = rotate_keys(actor=OPERATOR, now=clock.now())
    assert (found.done, found.stuck, count_old()) == (before, {}, {})
    cache.clear()
    assert check_keys_in_use()[0] == "green"
    ring: Keyring = settings.KEPT_KEYRING
    settings.KEPT_KEYRING = ring.without(old.primary)
    for column in keyed_columns():
        for row in column.model._base_manager.all():
            getattr(row, column.column)  # it opens
    assert find_subjects("email", "dana@example.com") == [dana.subject.pk]
    assert json.loads(ConnectedSystem.objects.get().secrets) == {"access_key": "s3cret"}
    file = EvidenceFile.objects.get()
    assert keyring().open(file.sealed_key, context=str(file.pk), use=USE) == b"key of a file"
    assert decrypt(Authenticator.objects.get().data["secret"]) == factor
    event = AuditEvent.objects.get(type="personal_data.keys_rotated")
    payload = json.loads(event.payload)
    assert payload == {"key": ring.primary, "values": sum(before.values()), "stuck": 0}


def test_every_encrypted_field_is_a_column_that_is_brought_over() -> None:
    from django.apps import apps

    fields = {
        f"{model._meta.label}.{field.attname}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    }
    assert len(fields) > 50 and fields <= {each.label for each in keyed_columns()}


def test_what_cannot_be_read_is_counted_and_stops_nothing(settings: Settings, alice: User, bob: User) -> None:
    with connection.cursor() as cursor:
        row = Identifier.objects.filter(subject=alice.subject_id)[0]
        key = Identifier._meta.pk.get_db_prep_save(row.pk, connection)
        cursor.execute("UPDATE accounts_identifier SET value = 'k1:altered' WHERE id = %s", [key])
    next_key(settings)
    out = io.StringIO()
    with pytest.raises(CommandError, match="values are not under k2") as refused:
        call_command("rotate_keys", stdout=out)
    assert "accounts.Identifier.value: 1" in str(refused.value) and "may go" not in out.getvalue()
    assert find_subjects("email", bob.email) == [bob.subject_id]


def test_the_command_says_when_the_old_key_may_go(settings: Settings, alice: User) -> None:
    next_key(settings)
    with pytest.raises(CommandError):
        call_command("rotate_keys", "--check", stdout=io.StringIO())
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    day = services.may_go_on()
    assert day and f"k1 may go on {day}" in out.getvalue() and "--drop k1" in out.getvalue()
    call_command("rotate_keys", stdout=out)  # again: nothing to do, and nothing more on the log
    assert AuditEvent.objects.filter(type="personal_data.keys_rotated").count() == 1 and services.may_go_on() == day
    assert alice.email not in out.getvalue()


def test_what_somebody_wrote_meanwhile_is_not_lost(
    settings: Settings, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_key(settings)
    pages = services._pages

    def late(column: Any) -> Any:
        for keys in pages(column):
            if column.label == "accounts.Identifier.value":
                row = Identifier.objects.get(pk=keys[0])
                row.value = "alice@new.example"
                row.save(update_fields=["value"])
            yield keys

    monkeypatch.setattr(services, "_pages", late)
    rotate_keys(actor=OPERATOR, now=clock.now())
    assert Identifier.objects.filter(subject=alice.subject_id)[0].value == "alice@new.example"


def test_the_keys_file_takes_a_key_uses_it_and_lets_the_old_one_go(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys([str(path)])
    first = Keyring.load(path)
    sealed, signature = first.seal(b"x", context="c"), first.signing_key().sign(b"text")
    assert "k2 is added" in make_keys([str(path), "--add"]) and Keyring.load(path).primary == "k1"
    for arguments in (["--drop", "k1"], ["--use", "k9"], ["--drop", "k9"], []):
        with pytest.raises(SystemExit):
            make_keys([str(path), *arguments])
    make_keys([str(path), "--use", "k2"])
    assert Keyring.load(path).open(sealed, context="c") == b"x"
    assert "backups" in make_keys([str(path), "--drop", "k1"])
    last = Keyring.load(path)
    assert list(last.keys) == ["k2"] and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert last.mac("feed-names", "x") == first.mac("feed-names", "x")  # what partners keep stays equal
    last.public_keys()["k1"].verify(signature, b"text")
    with pytest.raises(UnreadableValue):
        last.open(sealed, context="c")
    assert last.with_key()[0] == "k3"


MANY = 3000
FILL = f"""
from accounts.models import Identifier
from privacy.kernel.blind_index import blind_index
from privacy.personal_data.models import Subject
one = Subject.objects.create()
values = [f"p{{number}}@example.com" for number in range({MANY})]
rows = [Identifier(subject=one, kind="email", value=v, index=blind_index("email", v)) for v in values]
Identifier.objects.bulk_create(rows)
"""
READ = """
from accounts.models import Identifier
print(len({row.value for row in Identifier.objects.all()}))
"""
UNDER = "SELECT count(*) FROM accounts_identifier WHERE {} LIKE 'k2:%'"


def test_killed_with_kill_9_it_goes_on(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.command("migrate", "-v0")
    place.script(FILL)
    for arguments in (["--add"], ["--use", "k2"]):
        make_keys([str(tmp_path / "keys.json"), *arguments])
    with place.running("rotate_keys"):
        wait_until(lambda: place.ask(UNDER.format("value")) >= 1)
    assert place.ask(UNDER.format('"index"')) < MANY  # killed in the middle
    assert "Everything is under k2" in place.command("rotate_keys")
    make_keys([str(tmp_path / "keys.json"), "--drop", "k1"])
    assert place.script(READ).strip() == str(MANY)

"""Evidence cannot be changed or deleted, not even by SQL, and that survives a table rebuild."""

import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.audit.models import AppendOnly, AuditEvent
from privacy.audit.registry import EventType
from privacy.audit.services import record
from privacy.audit.triggers import (
    expected_triggers,
    install_triggers,
    installed_triggers,
    missing_triggers,
    protected_models,
)
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import Unaudited

pytestmark = pytest.mark.django_db


def an_event() -> AuditEvent:
    return record(LEDGER_VERIFIED, actor=OPERATOR, at=clock.now(), events=1, seals=1, faults=0)


@pytest.mark.promise(50)
@pytest.mark.parametrize("sql", ["UPDATE audit_auditevent SET type = 'x'", "DELETE FROM audit_auditevent"])
def test_sql_cannot_change_or_delete_an_event(sql: str) -> None:
    an_event()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("model", protected_models(), ids=lambda model: model._meta.label)
def test_replacing_a_row_is_refused_too(model: type[models.Model]) -> None:
    """Unlike a DELETE, a REPLACE fires no DELETE trigger. Shown on a copy of the table, so that any row will do."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [f"kept_evidence_replace_{table}"])
        (trigger,) = cursor.fetchone()
        cursor.execute(f'CREATE TABLE probe ("{key}" PRIMARY KEY, x)')
        cursor.execute("INSERT INTO probe VALUES (1, 'old')")
        cursor.execute(
            trigger.replace(f"kept_evidence_replace_{table}", "probe_replace").replace(f'"{table}"', '"probe"')
        )
        cursor.execute("INSERT INTO probe VALUES (2, 'new')")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("REPLACE INTO probe VALUES (1, 'new')")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
def test_an_event_cannot_be_replaced() -> None:
    event = an_event()
    columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields)
    values = columns.replace('"type"', "'x'")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO audit_auditevent ({columns}) SELECT {values} FROM audit_auditevent")
    assert AuditEvent.objects.get().type == event.type


@pytest.mark.pg
def test_truncate_is_refused_and_no_session_variable_lifts_the_triggers() -> None:
    an_event()
    for sql in ("TRUNCATE audit_auditevent", "SET session_replication_role = replica; DELETE FROM audit_auditevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert AuditEvent.objects.count() == 1


def test_code_that_tries_gets_a_clear_error() -> None:
    an_event()
    with pytest.raises(AppendOnly):
        AuditEvent.objects.all().delete()
    with pytest.raises(AppendOnly):
        AuditEvent.objects.update(type="x")


def test_every_evidence_table_has_its_triggers() -> None:
    assert expected_triggers(connection.vendor) == installed_triggers()
    assert len(protected_models()) >= 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", protected_models(), ids=lambda model: model._meta.label)
def test_triggers_stand_again_after_a_migration_rebuilds_the_table(model: type[models.Model]) -> None:
    field = models.CharField(max_length=3, default="")
    field.set_attributes_from_name("kept_probe")
    connection.disable_constraint_checking()
    try:
        with connection.schema_editor(atomic=False) as editor:
            editor.add_field(model, field)
            editor.remove_field(model, field)
    finally:
        connection.enable_constraint_checking()
    call_command("migrate", verbosity=0)
    assert missing_triggers() == set()


def test_installing_twice_is_harmless() -> None:
    install_triggers()
    assert missing_triggers() == set()


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused() -> None:
    with pytest.raises(Unaudited):
        an_event()
    assert AuditEvent.objects.count() == 0


def test_an_unregistered_type_a_foreign_key_and_a_personal_value_are_refused() -> None:
    stranger = EventType("audit.stranger", "", {})
    now = clock.now()
    with pytest.raises(Unaudited):
        record(stranger, actor=OPERATOR, at=now)
    with pytest.raises(Unaudited):
        record(LEDGER_VERIFIED, actor=OPERATOR, at=now, colour=1)
    with pytest.raises(Unaudited):
        record(LEDGER_VERIFIED, actor=OPERATOR, at=now, events="alice@example.com")
    texts = EventType("t", "", {"code": str})
    with pytest.raises(Unaudited):
        texts.check({"code": "alice@example.com"})
    assert AuditEvent.objects.count() == 0


def test_the_event_is_undone_with_its_act() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record(LEDGER_VERIFIED, actor=OPERATOR, at=clock.now(), subject_id=uuid.uuid4(), events=1)
        raise RuntimeError
    assert AuditEvent.objects.count() == 0

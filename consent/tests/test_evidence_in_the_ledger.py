"""Decisions stand in the log as the verifier reads them: without models, and to the same hash."""

import datetime as dt

import pytest
from django.db import connection

from accounts.models import User
from consent.models import ConsentEvent
from consent.services import How
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.audit.raw_rows import pages_by_number, rows_by_id
from privacy.audit.triggers import install_triggers, lift_triggers
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.canonical import digest_of_plain

pytestmark = pytest.mark.django_db
WHOLE = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)  # no microseconds
ODD = dt.datetime(2026, 3, 1, 13, 0, 0, 120, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def test_the_texts_of_the_database_hash_like_the_models(alice: User, demo_policy: None) -> None:
    choose(alice, "newsletter", allow=True, now=WHOLE)
    choose(alice, "newsletter", allow=False, how=How(Door.LINK, said_at=ODD), now=ODD + dt.timedelta(days=1))
    events = {str(row.pk): row for row in ConsentEvent.objects.all()}
    names = ("at", "is_demo", *ConsentEvent.hashed_fields)
    rows = rows_by_id(ConsentEvent, names, list(events))
    label = ConsentEvent._meta.label
    assert {key: digest_of_plain((label, *row)) for key, row in rows.items()} == {
        key: row.compute_hash() for key, row in events.items()
    }
    logged = {row.pk: row for row in AuditEvent.objects.all()}
    pages = [row for page in pages_by_number(AuditEvent, AuditEvent.HASHED) for row in page]
    assert {row[0]: digest_of_plain(row[1:]) for row in pages} == {
        key: row.compute_hash() for key, row in logged.items()
    }


@pytest.mark.parametrize(
    ("column", "value"), [("status", "given"), ("said_at", None), ("notice_digest", "0" * 64), ("purpose", "sharing")]
)
def test_every_altered_column_of_a_decision_is_named(
    alice: User, demo_policy: None, column: str, value: str | None
) -> None:
    (event,) = choose(alice, "newsletter", allow=False, how=How(Door.SIGNED_IN, said_at=WHOLE))
    connection.check_constraints()
    lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE consent_consentevent SET {column} = %s", [value])
    connection.check_constraints()
    install_triggers()
    faults = verify_ledger(now=clock.now()).faults
    assert f"consent.ConsentEvent {event.pk}" in faults[0] and "was altered" in faults[0]

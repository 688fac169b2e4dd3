"""The self-test of a connected system: by hand from the console, and by itself every quarter of an hour."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from privacy.audit.services import record
from privacy.connectors.audit_events import TESTED
from privacy.connectors.checking import find_problems
from privacy.connectors.kinds import SQL, Check, kind_of
from privacy.connectors.models import ConnectedSystem, Health, SystemState
from privacy.connectors.sources import connection_of, mapped
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import HandlerUnavailable


def look_at(row: ConnectedSystem) -> Sequence[Check]:
    """Ask the system now; nothing is stored. A system that cannot be asked is one bad check."""
    try:
        return _of_database(row) if row.kind == SQL else list(kind_of(row.kind).self_test(connection_of(row)))
    except HandlerUnavailable as error:
        return [Check("Reached", is_good=False, says=f"It cannot be used: {error}.")]
    except DomainError as error:
        return [Check("Reached", is_good=False, says=error.message)]


def run_self_test(*, system: ConnectedSystem, actor: Actor, now: dt.datetime) -> Sequence[Check]:
    """Ask the system, and store how it stands. Outside a transaction: it may take seconds."""
    checks = look_at(system)
    is_good = all(check.is_good for check in checks)
    with transaction.atomic():
        row = ConnectedSystem.objects.select_for_update().get(pk=system.pk)
        row.faulty_since = None if is_good else row.faulty_since or now
        row.health = Health.GOOD if is_good else Health.FAULTY
        row.checks, row.checked_at = json.dumps([asdict(check) for check in checks]), now
        row.save(update_fields=["faulty_since", "health", "checks", "checked_at"])
        faulty = sum(not check.is_good for check in checks)
        record(TESTED, actor=actor, at=now, target=row, is_demo=row.is_demo, system=row.key, faulty=faulty)
    return checks


def run_all_self_tests(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Test every connected system, one after another."""
    rows = list(ConnectedSystem.objects.filter(state=SystemState.CONNECTED))
    bad = [row for row in rows if not all(check.is_good for check in run_self_test(system=row, actor=actor, now=now))]
    return {"tested": len(rows), "faulty": len(bad)}


def _of_database(row: ConnectedSystem) -> list[Check]:
    problems = find_problems(mapped(row))
    if problems:
        return [Check("Data map", is_good=False, says=problem) for problem in problems]
    return [Check("Data map", is_good=True, says="It is reached, and its map fits.")]

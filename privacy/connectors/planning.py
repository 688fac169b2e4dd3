"""What an erasure would do to each row: pure decisions over rows that are already read."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from django.conf import settings

from privacy.connectors.policies import Retain
from privacy.connectors.searching import Finding, Key
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.personal_data.contract import Person, Residual, TablePlan, Treatment
from privacy.personal_data.guards import Held, held_among

K = TypeVar("K")
NOT_PERSONAL = "not_personal"


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one row; rows with the same decision are one table of the plan."""

    treatment: Treatment
    fields: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    ground: str = ""
    note: str = ""


def decide(system: MappedSystem, name: str, row: Mapping[str, Any], today: dt.date) -> tuple[Decision, dt.date | None]:
    """The decision about one row, and until when it stays where it does."""
    entry, until = _retaining(system, name, row, today)
    pending = system.pending(name, row)
    if entry:
        going = [column for column in pending if entry.fields and column not in entry.fields]
        note = entry.note or (
            ""
            if entry.until.on
            else f"Each row stays {entry.until.count} {entry.until.unit}s after its {entry.until.column}; "
            "the last of them is named."
        )
        treatment = Treatment.ANONYMIZE if going else Treatment.RETAIN
        return Decision(treatment, tuple(going), entry.fields if going else (), entry.ground, note), until
    if system.policies.deletes(system.collection(name)):
        return Decision(Treatment.DELETE), None
    if pending:
        return Decision(Treatment.ANONYMIZE, tuple(pending)), None
    note = (
        "No column of these rows holds personal data; once what they belong to is blank, nothing says whose they were."
    )
    return Decision(Treatment.RETAIN, ground=NOT_PERSONAL, note=note), None


def _retaining(
    system: MappedSystem, name: str, row: Mapping[str, Any], today: dt.date
) -> tuple[Retain | None, dt.date | None]:
    for entry in system.policies.retained(name):
        until = entry.until_for(row, today)
        if until:
            return entry, until
    return None, None


def plan_tables(system: MappedSystem, finding: Finding, person: Person, today: dt.date) -> list[TablePlan]:
    """The tables of the plan, in the order of execution."""
    found = {
        name: {key: row for key, row in finding.of(name).items() if key not in finding.shared.get(name, set())}
        for name in system.order
    }
    return plan_rows(system, found, person, today)


def plan_rows(
    system: MappedSystem, found: Mapping[str, Mapping[Key, Mapping[str, Any]]], person: Person, today: dt.date
) -> list[TablePlan]:
    """What an erasure does to these rows, table by table, those with the same decision together."""
    held = held_of(system, found, person)
    return [part for name, rows in found.items() for part in _plan_table(system, name, rows, held[name], today)]


def held_of(
    system: MappedSystem, found: Mapping[str, Mapping[Key, Any]], person: Person
) -> dict[str, Mapping[str, Held]]:
    """Which of these rows of a person some guard holds, by table and key text: asked once for the whole system."""
    asked = {guard_name(system, name): [key_text(key) for key in rows] for name, rows in found.items() if rows}
    held = held_among(person, asked) if asked else {}
    return {name: held.get(guard_name(system, name), {}) for name in found}


def _plan_table(
    system: MappedSystem, name: str, rows: Mapping[Key, Mapping[str, Any]], held: Mapping[str, Held], today: dt.date
) -> list[TablePlan]:
    groups: dict[Decision, list[tuple[Key, dt.date | None]]] = {}
    for key, row in children_first(system, name, rows):
        if key_text(key) not in held:
            decision, until = decide(system, name, row, today)
            groups.setdefault(decision, []).append((key, until))
    return [*_held_tables(name, held), *(_table(name, decision, members) for decision, members in groups.items())]


def children_first(
    system: MappedSystem, name: str, rows: Mapping[K, Mapping[str, Any]]
) -> list[tuple[K, Mapping[str, Any]]]:
    """Rows of a table that points at itself, each before the row that it belongs to; others as they are."""
    if not (links := system.graph.self_links(name)):
        return list(rows.items())
    below: dict[K, set[K]] = {key: set() for key in rows}
    for link in links:
        owners = {tuple(str(row[c]) for c in link.source_columns): key for key, row in rows.items()}
        for key, row in rows.items():
            owner = owners.get(tuple(str(row[c]) for c in link.target_columns))
            if owner is not None and owner != key:
                below[owner].add(key)
    try:
        return [(key, rows[key]) for key in TopologicalSorter(below).static_order()]
    except CycleError:
        return list(rows.items())


def _table(name: str, decision: Decision, members: list[tuple[Key, dt.date | None]]) -> TablePlan:
    return TablePlan(
        name,
        decision.treatment,
        tuple(key_text(key) for key, _ in members),
        fields=decision.fields,
        kept_fields=decision.kept_fields,
        ground=decision.ground,
        until=max((until for _, until in members if until), default=None),
        note=decision.note,
    )


def _held_tables(name: str, held: Mapping[str, Held]) -> list[TablePlan]:
    by_hold: dict[Held, list[str]] = {}
    for key, hold in held.items():
        by_hold.setdefault(hold, []).append(key)
    return [
        TablePlan(
            name,
            Treatment.RETAIN,
            tuple(keys),
            ground=hold.ground,
            until=hold.review_on,
            note=hold.reason,
            is_held=True,
        )
        for hold, keys in by_hold.items()
    ]


def plan_residuals(system: MappedSystem, finding: Finding) -> list[Residual]:
    """What stays although nobody keeps it on purpose."""
    residuals = [
        Residual(name, "every row", "no way of the map leads to it", "owner of the system")
        for name in system.unaccounted
    ]
    for name in system.order:
        if shared := finding.shared.get(name):
            residuals.append(
                Residual(name, "shared rows", "rows of other people point at them too", "legal", len(shared))
            )
        if strangers := finding.strangers.get(name):
            residuals.append(
                Residual(
                    name,
                    "linked rows",
                    "they carry an identifier that we do not know as this person's",
                    "legal",
                    strangers,
                )
            )
        if finding.of(name) and (fixed := system.read_only(name)):
            what = ", ".join(sorted(fixed))
            residuals.append(
                Residual(name, what, "the map says that it is read only", "owner of the system", len(finding.of(name)))
            )
    return residuals


def guard_name(system: MappedSystem, name: str) -> str:
    """How legal holds name a table of an outside system."""
    return f"{system.key}.{name}"


def key_text(key: Key) -> str:
    """A row key as plans carry it: text, composite keys as a JSON list."""
    return key[0] if len(key) == 1 else json.dumps(list(key))


def key_parts(system: MappedSystem, name: str, text: str) -> Key:
    """The row key that `key_text` wrote."""
    return (text,) if len(system.keys[name]) == 1 else tuple(json.loads(text))


def local_today(now: dt.datetime) -> dt.date:
    """The day by which a retention has ended or not: that of the installation."""
    return clock.local_date(now, settings.KEPT_TIME_ZONE)

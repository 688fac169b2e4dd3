"""Connect and disconnect outside systems."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from privacy.audit.services import record
from privacy.connectors.audit_events import CONNECTED, DISCONNECTED
from privacy.connectors.checking import find_problems
from privacy.connectors.database import Database, url_from
from privacy.connectors.foreign_keys import unknown_links
from privacy.connectors.kinds import SQL, Check, Connection
from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.connectors.sources import open_secrets
from privacy.connectors.systems import MappedSystem
from privacy.connectors.systems_file import SystemSpec, WebSpec
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json, digest
from privacy.kernel.errors import DomainError, NotFound
from privacy.personal_data.contract import HandlerUnavailable, handlers


class MapRefused(DomainError):
    """A data map does not fit its database. `problems` are all the sentences."""

    code = "map_refused"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems), field="dataset")
        self.problems = problems


@dataclass(frozen=True)
class Connected:
    """What `connect_systems` did with one entry. `unmapped` are columns of mapped tables that no field names."""

    key: str
    collections: int
    fields: int
    notes: tuple[str, ...]
    unmapped: tuple[str, ...]
    is_changed: bool


def check_system(spec: SystemSpec) -> MappedSystem:
    """Hold a map against its live schema, without storing anything. Raises MapRefused."""
    _require_own_key(spec.key)
    try:
        database = Database(url_from(url=spec.url, url_env=spec.url_env))
        system = MappedSystem.read(spec.key, database, spec.datamap, spec.rules)
        problems = find_problems(system)
    except HandlerUnavailable as error:
        problems = [f"The database cannot be opened: {error}. Check url or url_env, and that it runs."]
    if problems:
        raise MapRefused([f"{spec.key}: {problem}" for problem in problems])
    return system


def check_web_system(spec: WebSpec) -> list[Check]:
    """Run the self-test of a system that is no SQL database, without storing anything. Raises MapRefused."""
    _require_own_key(spec.key)
    try:
        connection = Connection(spec.key, spec.label, spec.options, open_secrets(spec.secrets))
        checks = list(spec.kind.self_test(connection))
    except HandlerUnavailable as error:
        raise MapRefused([f"{spec.key}: The system cannot be used: {error}."]) from None
    if bad := [check for check in checks if not check.is_good]:
        raise MapRefused([f"{spec.key}: {check.label}: {check.says}" for check in bad])
    return checks


def _require_own_key(key: str) -> None:
    known = set(ConnectedSystem.objects.values_list("key", flat=True))
    taken = {handler.key for handler in handlers.everything()} - known
    if key in taken:
        raise MapRefused([f"{key}: another system has this key; give it its own."])


def connect_systems(
    *, specs: Sequence[SystemSpec | WebSpec], actor: Actor, now: dt.datetime, is_demo: bool = False
) -> list[Connected]:
    """Check every system, then store all of them or none; one that is there gets its new map.

    Raises MapRefused with every problem of every map.
    """
    store: list[Callable[[], Connected]] = []
    problems = []
    about: dict[str, Any] = {"actor": actor, "now": now, "is_demo": is_demo}
    for spec in specs:
        try:
            if isinstance(spec, WebSpec):
                check_web_system(spec)
                store.append(partial(_store_web, spec, **about))
            else:
                store.append(partial(_store, spec, check_system(spec), **about))
        except MapRefused as refused:
            problems += refused.problems
    if problems:
        raise MapRefused(problems)
    with transaction.atomic():
        return [each() for each in store]


def _row_of(key: str, *, now: dt.datetime, is_demo: bool) -> ConnectedSystem:
    row = ConnectedSystem.objects.select_for_update().filter(key=key).first()
    return row or ConnectedSystem(key=key, connected_at=now, is_demo=is_demo)


def _stands(row: ConnectedSystem) -> tuple[str, ...]:
    return row.kind, row.digest, row.state, row.url, row.url_env, row.label, row.place, row.secrets


def _keep(row: ConnectedSystem, before: tuple[str, ...], *, actor: Actor, now: dt.datetime, **counts: int) -> bool:
    """Store the row where anything about it changed; its last self-test says nothing about the new one."""
    row.state = SystemState.CONNECTED
    if before == _stands(row):
        return False
    row.changed_at, row.checked_at, row.health, row.checks, row.faulty_since = now, None, "", "[]", None
    row.save()
    about: dict[str, Any] = {"system": row.key, "digest": row.digest, **counts}
    record(CONNECTED, actor=actor, at=now, target=row, is_demo=row.is_demo, **about)
    return True


def _store_web(spec: WebSpec, *, actor: Actor, now: dt.datetime, is_demo: bool) -> Connected:
    row = _row_of(spec.key, now=now, is_demo=is_demo)
    before = _stands(row)
    row.kind, row.label, row.place = spec.kind.code, spec.label, spec.place
    row.url = row.url_env = row.dataset = ""
    row.options, row.policies = canonical_json(spec.options), "{}"
    row.secrets = canonical_json(spec.secrets)
    row.digest = digest([row.kind, row.options])
    is_changed = _keep(row, before, actor=actor, now=now, collections=0, fields=0)
    return Connected(spec.key, 0, 0, (), (), is_changed)


def _store(spec: SystemSpec, system: MappedSystem, *, actor: Actor, now: dt.datetime, is_demo: bool) -> Connected:
    row = _row_of(spec.key, now=now, is_demo=is_demo)
    before = _stands(row)
    row.kind, row.options, row.secrets = SQL, "{}", ""
    row.label, row.place, row.url, row.url_env = spec.label, spec.place, spec.url, spec.url_env
    row.dataset, row.policies = spec.dataset, spec.policies
    row.digest = digest([spec.dataset, spec.policies])
    fields = sum(len(each.fields) for each in spec.datamap.collections.values())
    is_changed = _keep(row, before, actor=actor, now=now, collections=len(spec.datamap.collections), fields=fields)
    unmapped = [
        f"{name}.{column}"
        for name, collection in spec.datamap.collections.items()
        for column in system.live[name].columns
        if column not in collection.fields
    ]
    lost = [f"{each}: no way of the map leads to it, so nobody is found in it." for each in system.unreachable]
    unknown = [
        f"{link.table}.{', '.join(link.columns)} → {link.target} is a foreign key that the map does not know: "
        "nobody is found along it."
        for link in unknown_links(system)
    ]
    notes = (*spec.datamap.notes, *system.graph.notes, *unknown, *lost)
    return Connected(spec.key, len(spec.datamap.collections), fields, notes, tuple(unmapped), is_changed)


@transaction.atomic
def disconnect_system(*, key: str, actor: Actor, now: dt.datetime) -> None:
    """Stop asking a system. Its row stays, so that evidence can name it. NotFound where it is not connected."""
    row = ConnectedSystem.objects.filter(key=key, state=SystemState.CONNECTED).first()
    changed = ConnectedSystem.objects.filter(key=key, state=SystemState.CONNECTED).update(
        state=SystemState.DISCONNECTED, changed_at=now
    )
    if row is None or changed != 1:
        raise NotFound(f"No system {key} is connected.", field="key")
    record(DISCONNECTED, actor=actor, at=now, target=row, is_demo=row.is_demo, system=key)

"""Connect and disconnect outside systems."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from privacy.audit.services import record
from privacy.connectors.audit_events import CONNECTED, DISCONNECTED
from privacy.connectors.checking import find_problems
from privacy.connectors.database import Database, url_from
from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.connectors.systems import MappedSystem
from privacy.connectors.systems_file import SystemSpec
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
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
    taken = {handler.key for handler in handlers.all()} - set(ConnectedSystem.objects.values_list("key", flat=True))
    if spec.key in taken:
        raise MapRefused([f"{spec.key}: another system has this key; give it its own."])
    try:
        database = Database(url_from(url=spec.url, url_env=spec.url_env))
        system = MappedSystem.read(spec.key, database, spec.datamap, spec.rules)
        problems = find_problems(system)
    except HandlerUnavailable as error:
        problems = [f"The database cannot be opened: {error}. Check url or url_env, and that it runs."]
    if problems:
        raise MapRefused([f"{spec.key}: {problem}" for problem in problems])
    return system


def connect_systems(
    *, specs: list[SystemSpec], actor: Actor, now: dt.datetime, is_demo: bool = False
) -> list[Connected]:
    """Check every system, then store all of them or none; one that is there gets its new map.

    Raises MapRefused with every problem of every map.
    """
    checked, problems = [], []
    for spec in specs:
        try:
            checked.append((spec, check_system(spec)))
        except MapRefused as refused:
            problems += refused.problems
    if problems:
        raise MapRefused(problems)
    with transaction.atomic():
        return [_store(spec, system, actor=actor, now=now, is_demo=is_demo) for spec, system in checked]


def _store(spec: SystemSpec, system: MappedSystem, *, actor: Actor, now: dt.datetime, is_demo: bool) -> Connected:
    row = ConnectedSystem.objects.select_for_update().filter(key=spec.key).first()
    row = row or ConnectedSystem(key=spec.key, connected_at=now, is_demo=is_demo)
    before = (row.digest, row.state, row.url, row.url_env, row.label)
    row.label, row.url, row.url_env = spec.label, spec.url, spec.url_env
    row.dataset, row.policies = spec.dataset, spec.policies
    row.digest = digest([spec.dataset, spec.policies])
    row.state = SystemState.CONNECTED
    fields = sum(len(each.fields) for each in spec.datamap.collections.values())
    is_changed = before != (row.digest, row.state, row.url, row.url_env, row.label)
    if is_changed:
        row.changed_at = now
        row.save()
        record(
            CONNECTED,
            actor=actor,
            at=now,
            target=row,
            is_demo=row.is_demo,
            system=spec.key,
            digest=row.digest,
            collections=len(spec.datamap.collections),
            fields=fields,
        )
    unmapped = [
        f"{name}.{column}"
        for name, collection in spec.datamap.collections.items()
        for column in system.live[name].columns
        if column not in collection.fields
    ]
    notes = (*spec.datamap.notes, *system.graph.notes)
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

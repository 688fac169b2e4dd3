"""A data map is checked against the live schema before anything runs. Each problem names collection,
field and mend."""

import difflib
from collections.abc import Iterable, Iterator

from privacy.connectors.blanking import Unfit, blank_value, effective
from privacy.connectors.foreign_keys import link_problems
from privacy.connectors.systems import MappedSystem


def find_problems(system: MappedSystem) -> list[str]:
    """Sentences that refuse the map; an empty list where it fits."""
    if missing := list(_missing(system)):
        return missing
    return [*_keys(system), *_identities(system), *_overrides(system), *_blanking(system), *link_problems(system)]


def _missing(system: MappedSystem) -> Iterator[str]:
    names: list[str] | None = None
    for name, collection in system.datamap.collections.items():
        if name not in system.live:
            names = system.database.table_names() if names is None else names
            yield f"{name}: the database has no such table{_guess(name, names)} Mend the collection's name or drop it."
            continue
        columns = system.live[name].columns
        for column in collection.fields:
            if column not in columns:
                yield (
                    f"{name}.{column}: the table has no such column{_guess(column, columns)} "
                    "Mend the field's name or drop it."
                )


def _guess(name: str, known: Iterable[str]) -> str:
    lowered = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1)
    return f"; did you mean {lowered[near[0]]}?" if near else "."


def _keys(system: MappedSystem) -> Iterator[str]:
    for name, collection in system.datamap.collections.items():
        live, mapped = system.live[name].keys, collection.keys
        if not live and not mapped:
            yield f"{name}: nothing names a row. Give its key fields `fides_meta: {{primary_key: true}}`."
        elif live and mapped and set(live) != set(mapped):
            yield f"{name}: the map's key is {', '.join(mapped)}, the table's is {', '.join(live)}. Mend primary_key."


def _identities(system: MappedSystem) -> Iterator[str]:
    for name, collection in system.datamap.collections.items():
        for column in collection.identities:
            if system.live[name].columns[column].kind in (list, dict):
                yield (
                    f"{name}.{column}: nobody can be looked up inside an array or a JSON column. Drop its identity, "
                    "or give it a column of its own."
                )


def _overrides(system: MappedSystem) -> Iterator[str]:
    """What a field asks for must be done, or be refused."""
    for name, collection in system.datamap.collections.items():
        done = {} if system.policies.deletes(collection) else system.rules(name)
        for each in collection.fields.values():
            if each.masking and each.name not in done and not system.policies.deletes(collection):
                yield (
                    f"{name}.{each.name}: masking_strategy_override cannot be followed: by this column rows are found "
                    "and linked. Drop it."
                )


def _blanking(system: MappedSystem) -> Iterator[str]:
    for name in system.datamap.collections:
        if system.policies.deletes(system.collection(name)):
            continue
        table = system.live[name]
        for column, rule in system.rules(name).items():
            if column in system.read_only(name):
                continue
            place, live = f"{name}.{column}", system.column(name, column)
            if live.is_computed:
                yield f"{place} is computed by the database and cannot be overwritten. Map what it is computed from."
                continue
            try:
                blank_value(rule, live, place=name, key=("1",))
            except Unfit as unfit:
                yield (
                    f"{place} cannot be blanked: {unfit}. "
                    f"The rule stands under erase: {_categories(system, name, column)}."
                )
                continue
            if effective(rule, live).kind == "null" and any(column in each for each in table.one_null):
                yield (
                    f"{place} must be unique and NULL counts there, so two erased people could not share it. "
                    f"Write pseudonym or delete under erase: {_categories(system, name, column)}."
                )
            if effective(rule, live).kind == "constant" and any(column in each for each in table.unique):
                mend = "null, pseudonym or delete" if live.is_nullable else "pseudonym or delete"
                yield (
                    f"{place} must be unique, so two erased people could not share a constant. "
                    f"Write {mend} under erase: {_categories(system, name, column)}."
                )


def _categories(system: MappedSystem, name: str, column: str) -> str:
    return ", ".join(system.collection(name).fields[column].categories)

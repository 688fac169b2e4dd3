"""Data maps: which columns of an outside database hold personal data, and whose.

The format is the fideslang dataset, unchanged, so that maps which exist already work. It is checked once,
when a system is connected (`dataset_file`); this module turns the checked one into the few facts that the
rest of the app asks for, at every look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from privacy.kernel.errors import InvalidInput

Plain = Mapping[str, Any]
IDENTITY_KINDS = {
    "email": "email",
    "phone": "phone",
    "phone_number": "phone",
    "device": "device",
    "external_id": "external",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A field is linked to a field of another collection. `leads_here` is the direction that the map
    gives: from there to here (`from`), from here to there (`to`), or none."""

    collection: str
    field: str
    leads_here: bool | None


@dataclass(frozen=True, slots=True)
class MapField:
    """One column as mapped. `identity` is the kind of identifier by which a person is found in it."""

    name: str
    categories: tuple[str, ...] = ()
    own_categories: tuple[str, ...] = ()  # without those that the whole table or dataset has
    identity: str = ""
    is_key: bool = False
    is_read_only: bool = False
    references: tuple[Reference, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether the map says that this column is about a person."""
        return any(each == "user" or each.startswith("user.") for each in self.categories)


@dataclass(frozen=True, slots=True)
class Collection:
    """One table as mapped. `subjects` says whose data it is, where the map says so."""

    name: str
    fields: Mapping[str, MapField]
    subjects: frozenset[str] = frozenset()
    deletes_rows: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields.values() if each.is_key)

    @property
    def identities(self) -> dict[str, str]:
        """Column → kind of identifier."""
        return {each.name: each.identity for each in self.fields.values() if each.identity}

    @property
    def category(self) -> str:
        """What the whole table is about: the first category of a column that holds personal data."""
        named = [category for each in self.fields.values() for category in each.categories]
        return min((each for each in named if each.startswith("user")), key=len, default="") or (
            named[0] if named else "system"
        )


@dataclass(frozen=True, slots=True)
class DataMap:
    """A whole dataset. `notes` are sentences about what the map says and Kept does not follow."""

    key: str
    name: str
    collections: Mapping[str, Collection]
    notes: tuple[str, ...] = field(default=())


def read_map(dataset: Plain) -> DataMap:
    """The map of a dataset in its plain form, as `dataset_file.plain_dataset` gives it and as it is stored.

    Raises InvalidInput(field="dataset") that names the place and the mend.
    """
    notes: list[str] = []
    collections = {each["name"]: _collection(dataset, each, notes) for each in dataset["collections"]}
    if not collections:
        raise InvalidInput("The dataset names no collection.", field="dataset")
    _check_references(collections)
    if not any(each.identities for each in collections.values()):
        raise InvalidInput(
            "No field says by what a person is found: give one `fides_meta: {identity: email}`.", field="dataset"
        )
    return DataMap(dataset["fides_key"], dataset.get("name") or dataset["fides_key"], collections, tuple(notes))


def _collection(dataset: Plain, source: Plain, notes: list[str]) -> Collection:
    shared = _list(dataset, "data_categories") + _list(source, "data_categories")
    fields = {each["name"]: _field(dataset, source, each, shared, notes) for each in source["fields"]}
    override = (source.get("fides_meta") or {}).get("masking_strategy_override") or {}
    return Collection(
        source["name"],
        fields,
        frozenset(_list(source, "data_subjects") or _list(dataset, "data_subjects")),
        deletes_rows=override.get("strategy") == "delete",
    )


def _field(dataset: Plain, owner: Plain, source: Plain, shared: list[Any], notes: list[str]) -> MapField:
    meta = source.get("fides_meta") or {}
    place = f"{owner['name']}.{source['name']}"
    identity = meta.get("identity") or ""
    if identity and identity not in IDENTITY_KINDS:
        notes.append(f"{place}: nobody is looked up by {identity}, which Kept does not hold.")
        identity = ""
    references = []
    for each in _list(meta, "references"):
        target, _, column = each["field"].rpartition(".")
        if each["dataset"] != dataset["fides_key"]:
            notes.append(f"{place}: the reference into {each['dataset']}, another system, is not followed.")
            continue
        leads_here = {"from": True, "to": False}.get(each.get("direction") or "")
        references.append(Reference(target, column, leads_here))
    categories = dict.fromkeys([*_own_categories(source), *shared])
    if identity and not any(each.startswith("user") for each in categories):
        categories = {"user.contact": None, **categories}
    return MapField(
        source["name"],
        tuple(categories),
        tuple(_own_categories(source)),
        identity=IDENTITY_KINDS.get(identity, ""),
        is_key=bool(meta.get("primary_key")),
        is_read_only=bool(meta.get("read_only")),
        references=tuple(references),
    )


def _own_categories(source: Plain) -> list[Any]:
    """The field's own categories, and those of what is nested in it: a JSON column is one column."""
    nested = [each for inner in _list(source, "fields") for each in _own_categories(inner)]
    return [*_list(source, "data_categories"), *nested]


def _list(source: Plain, name: str) -> list[Any]:
    return list(source.get(name) or [])


def _check_references(collections: Mapping[str, Collection]) -> None:
    for collection in collections.values():
        for each in collection.fields.values():
            for reference in each.references:
                target = collections.get(reference.collection)
                if target is None or reference.field not in target.fields:
                    raise InvalidInput(
                        f"{collection.name}.{each.name} references {reference.collection}.{reference.field}, "
                        "which the map does not hold: add that field, or drop the reference.",
                        field="dataset",
                    )

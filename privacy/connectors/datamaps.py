"""Data maps: which columns of an outside database hold personal data, and whose.

The format is the fideslang dataset, unchanged, so that maps which exist already work. It is checked once,
when a system is connected (`dataset_file`); this module turns the checked one into the few facts that the
rest of the app asks for, at every look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from privacy.connectors.dataset_format import KEPT
from privacy.connectors.masking import EraseRule, override_rule
from privacy.kernel.errors import InvalidInput

Plain = Mapping[str, Any]
IDENTITY_KINDS = {
    "email": "email",
    "phone": "phone",
    "phone_number": "phone",
    "device": "device",
    "external_id": "external",
}

ABOUT_SOMEBODY = (
    "user.name",
    "user.contact.email",
    "user.contact.phone_number",
    "user.demographic",
    "user.government_id",
    "user.authorization",
    "user.account",
)


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
    masking: EraseRule | None = None  # what the field itself asks an erasure to write
    length: int | None = None
    hides_name: bool = False

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
    erase_after: tuple[str, ...] = ()
    hides_name: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields.values() if each.is_key)

    @property
    def identities(self) -> dict[str, str]:
        """Column → kind of identifier."""
        return {each.name: each.identity for each in self.fields.values() if each.identity}

    @property
    def is_about_people(self) -> bool:
        """Whether each row is about one person, who is looked up in it or described by it."""
        return bool(self.identities) or any(
            category == each or category.startswith(f"{each}.")
            for column in self.fields.values()
            for category in column.categories
            for each in ABOUT_SOMEBODY
        )

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
    notes = _notes_of(dataset)
    sources = {each["name"]: each for each in dataset["collections"]}
    skipped = {name for name, each in sources.items() if _meta(each).get("skip_processing")}
    notes += [f"{name}: skip_processing leaves it out: it is neither shown nor erased." for name in sorted(skipped)]
    collections = {
        name: _without(_collection(dataset, each, notes), skipped, notes)
        for name, each in sources.items()
        if name not in skipped
    }
    if not collections:
        raise InvalidInput("The dataset names no collection.", field="dataset")
    _check_references(collections)
    _check_order(collections)
    if not any(each.identities for each in collections.values()):
        raise InvalidInput(
            "No field says by what a person is found: give one `fides_meta: {identity: email}`.", field="dataset"
        )
    return DataMap(dataset["fides_key"], dataset.get("name") or dataset["fides_key"], collections, tuple(notes))


def _collection(dataset: Plain, source: Plain, notes: list[str]) -> Collection:
    shared = _list(dataset, "data_categories") + _list(source, "data_categories")
    fields = {each["name"]: _field(dataset, source, each, shared, notes) for each in source["fields"]}
    meta = _meta(source)
    override = meta.get("masking_strategy_override") or {}
    notes += [
        f"{source['name']}: {word} is not needed and not followed: a search reads every way to its end."
        for word in ("after", "partitioning")
        if meta.get(word)
    ]
    after = []
    for each in _list(meta, "erase_after"):
        key, _, name = each.partition(".")
        if key == dataset["fides_key"]:
            after.append(name)
        else:
            notes.append(f"{source['name']}: erase_after {each} is refused: systems are erased one by one.")
    return Collection(
        source["name"],
        fields,
        frozenset(_list(source, "data_subjects") or _list(dataset, "data_subjects")),
        deletes_rows=override.get("strategy") == "delete",
        erase_after=tuple(after),
        hides_name=bool(meta.get("redact")),
    )


def _without(collection: Collection, skipped: set[str], notes: list[str]) -> Collection:
    """The collection without its references into what is left out."""
    fields = {}
    for name, each in collection.fields.items():
        kept = tuple(one for one in each.references if one.collection not in skipped)
        if len(kept) < len(each.references):
            notes.append(f"{collection.name}.{name}: a reference into a collection that is left out is not followed.")
        fields[name] = replace(each, references=kept)
    return replace(collection, fields=fields)


def _notes_of(dataset: Plain) -> list[str]:
    """Sentences about the dataset as a whole."""
    kept, meta = dataset.get(KEPT) or {}, _meta(dataset)
    notes = [
        f"{place}: the format knows no such key; it is kept and changes nothing." for place in kept.get("unknown", {})
    ]
    notes += kept.get("notes", [])
    if meta.get("after"):
        notes.append("fides_meta.after is not needed and not followed: every system is asked about every person.")
    if meta.get("namespace"):
        notes.append("fides_meta.namespace is refused: name schema and database in the url.")
    if meta.get("redact"):
        notes.append("fides_meta.redact hides no name of a system: give it the label that people may read.")
    return notes


def _meta(source: Plain) -> Plain:
    return source.get("fides_meta") or {}


def _field(dataset: Plain, owner: Plain, source: Plain, shared: list[Any], notes: list[str]) -> MapField:
    meta = _meta(source)
    place = f"{owner['name']}.{source['name']}"
    _check_nested(place, source)
    if meta.get("custom_request_field"):
        notes.append(f"{place}: custom_request_field is refused: nobody is looked up by a field of a request.")
    if meta.get("data_type") == "object_id":
        notes.append(f"{place}: the data type object_id is no type of an SQL database; the column's own type counts.")
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
        masking=_masking(place, meta),
        length=meta.get("length"),
        hides_name=bool(meta.get("redact")),
    )


def _masking(place: str, meta: Plain) -> EraseRule | None:
    override = meta.get("masking_strategy_override")
    return override_rule(place, override) if override else None


def _check_nested(place: str, source: Plain) -> None:
    """A nested field says what is in a column (its categories). What only a column can do is refused."""
    for inner in _list(source, "fields"):
        for word in ("identity", "references", "primary_key", "masking_strategy_override", "read_only", "redact"):
            if _meta(inner).get(word):
                raise InvalidInput(
                    f"{place}.{inner['name']}: {word} inside a column cannot be followed in an SQL database: "
                    f"give it to {place}, or to a column of its own.",
                    field="dataset",
                )
        _check_nested(f"{place}.{inner['name']}", inner)


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


def _check_order(collections: Mapping[str, Collection]) -> None:
    """`erase_after` names collections of the map, and leads to no circle."""
    for each in collections.values():
        if unknown := set(each.erase_after) - set(collections):
            raise InvalidInput(
                f"{each.name}: erase_after names {min(unknown)}, which the map does not hold.", field="dataset"
            )
    try:
        TopologicalSorter({each.name: each.erase_after for each in collections.values()}).prepare()
    except CycleError as error:
        raise InvalidInput(f"erase_after leads in a circle: {' → '.join(error.args[1])}.", field="dataset") from None
